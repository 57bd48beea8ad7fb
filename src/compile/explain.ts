import { below, type Diagnostic, formatPath, type Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import type { Pool } from '../spec/pool.ts';
import { kindOf } from '../spec/variant.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { effectivePool, NEAREST } from './effective.ts';

/** A value of an effective pool, and where it was written. */
export interface Explained {
  /** `target.machineConfig.image`. */
  readonly path: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Every value that makes up a pool, whoever gave it. */
export function explainPool(
  pool: Located<Pool>,
  library: Library,
  cluster?: Located<Cluster>,
): { values: Explained[]; diagnostics: Diagnostic[] } {
  const { effective, diagnostics } = effectivePool(pool, library, cluster);
  if (effective === undefined) return { values: [], diagnostics };
  const { layers, origins } = effective;
  const release = library.releases.get(effective.release);
  const settings = NEAREST.flatMap((key): Explained[] => {
    const origin = origins.get(key);
    if (origin !== undefined) return leaves([key], effective[key], origin);
    if (key !== 'base' || release === undefined) return [];
    const image = release.value.amd64['rhel-coreos'];
    return leaves([key], image, below(release.origin, ['amd64', 'rhel-coreos']));
  });
  return {
    values: [
      ...(['name', 'extends'] as const).flatMap((key) =>
        pool.value[key] === undefined ? [] : leaves([key], pool.value[key], below(pool.origin, [key])),
      ),
      ...settings,
      ...layers.flatMap(({ value: entry, origin }, index): Explained[] => {
        const layer = typeof entry === 'string' ? library.layers.get(entry) : { value: entry, origin };
        const layerName = typeof entry === 'string' ? entry : entry.name;
        return [
          { path: formatPath(['layers', index]), value: layerName, origin },
          ...(layer?.value.steps ?? []).map((step, at) => ({
            path: formatPath(['layers', index, 'steps', at]),
            value: kindOf(step)[0],
            origin: below(layer!.origin, ['steps', at]),
          })),
        ];
      }),
    ],
    diagnostics,
  };
}

function leaves(path: (string | number)[], value: unknown, origin: Origin): Explained[] {
  if (isImage(value)) return [{ path: formatPath(path), value: formatImageRef(value), origin }];
  if (typeof value !== 'object' || value === null)
    return [{ path: formatPath(path), value: String(value), origin }];
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : leaves([...path, key], item, below(origin, [key])),
  );
}

function isImage(value: unknown): value is ImageRef {
  return typeof value === 'object' && value !== null && 'repository' in value && 'registry' in value;
}
