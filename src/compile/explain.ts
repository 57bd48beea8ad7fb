import { below, type Diagnostic, formatPath, type Origin } from '../diagnostics.ts';
import { type Cluster, selects } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import type { Pool } from '../spec/pool.ts';
import { kindOf } from '../spec/variant.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { architecturesOf } from './architectures.ts';
import { type EffectivePool, effectivePool, NEAREST } from './effective.ts';
import { pulledFrom, pushedTo } from './images.ts';
import { mayStartFromWorker } from './inheritance.ts';

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
  const settings = NEAREST.flatMap((key): Explained[] => {
    const origin = origins.get(key);
    if (origin !== undefined) return leaves([key], effective[key], origin);
    return key === 'base' ? inheritedBase(effective, library, cluster) : [];
  });
  return {
    values: [
      ...(['name', 'extends'] as const).flatMap((key) =>
        pool.value[key] === undefined ? [] : leaves([key], pool.value[key], below(pool.origin, [key])),
      ),
      ...settings,
      ...fromRegistry(effective, cluster),
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

/** What its build starts from where it says nothing: worker's image from 4.22 on, else that of its release. */
function inheritedBase(
  pool: EffectivePool,
  library: Library,
  cluster: Located<Cluster> | undefined,
): Explained[] {
  const own = library.pools.find(
    ({ value }) =>
      value.name === 'worker' && (cluster === undefined || selects(value.clusters, cluster.value)),
  );
  const worker = own && mayStartFromWorker(pool) ? effectivePool(own, library, cluster).effective : undefined;
  const image = worker && pushedTo(worker, cluster?.value);
  if (image !== undefined) {
    const value = pulledFrom(formatImageRef(image), cluster?.value);
    return [{ path: 'base', value, origin: originOfImage(worker!, cluster) }];
  }
  const release = library.releases.get(pool.release);
  if (release === undefined) return [];
  const architectures = architecturesOf(pool);
  return architectures.flatMap((name) => {
    const image = release.value[name]?.['rhel-coreos'];
    const path = architectures.length === 1 ? ['base'] : ['base', name];
    return image === undefined ? [] : leaves(path, image, below(release.origin, [name, 'rhel-coreos']));
  });
}

function originOfImage({ target, origins }: EffectivePool, cluster: Located<Cluster> | undefined): Origin {
  return cluster !== undefined && target.machineConfig?.image === undefined
    ? below(cluster.origin, ['registry', 'push'])
    : below(origins.get('target')!, ['machineConfig', 'image']);
}

/** What its cluster says of where its image is pushed and pulled. */
function fromRegistry(pool: EffectivePool, cluster: Located<Cluster> | undefined): Explained[] {
  const image = pushedTo(pool, cluster?.value);
  if (image === undefined || cluster?.value.registry === undefined) return [];
  return [
    ...(pool.target.machineConfig?.image === undefined
      ? leaves(['target', 'machineConfig', 'image'], image, originOfImage(pool, cluster))
      : []),
    ...leaves(['registry'], cluster.value.registry, below(cluster.origin, ['registry'])),
  ];
}

function leaves(path: (string | number)[], value: unknown, origin: Origin): Explained[] {
  if (isImage(value)) return [{ path: formatPath(path), value: formatImageRef(value), origin }];
  if (typeof value !== 'object' || value === null)
    return [{ path: formatPath(path), value: String(value), origin }];
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return [{ path: formatPath(path), value: '{}', origin }];
  return entries.flatMap(([key, item]) => leaves([...path, key], item, below(origin, [key])));
}

function isImage(value: unknown): value is ImageRef {
  return typeof value === 'object' && value !== null && 'repository' in value && 'registry' in value;
}
