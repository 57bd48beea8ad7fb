import { inheritsBase } from '../compile/inheritance.ts';
import { parsePoolId } from '../values/pool-id.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Inherited, ObjectDiff } from './model.ts';
import type { Manifest, PoolState } from './state.ts';

/** The fields of a MachineConfig that a custom pool has from worker's where it does not have its own. */
const OWN_WINS = new Set(['osImageURL', 'kernelType', 'baseOSExtensionsContainerImage']);

/** What of a change of worker's MachineConfig reaches a custom pool of the same cluster. */
export function inheritedFields(
  heir: PoolState,
  worker: { readonly before?: PoolState | undefined; readonly after?: PoolState | undefined },
  objects: readonly ObjectDiff[],
): string[] {
  const own = specOf(heir);
  const fields = objects
    .filter(({ kind }) => kind === 'MachineConfig')
    .flatMap(({ change, fields }) =>
      change === 'changed'
        ? fields.flatMap(({ path }) => /^spec\.([^.[]+)/.exec(path)?.[1] ?? [])
        : Object.keys(specOf(change === 'added' ? worker.after : worker.before)),
    );
  return [...new Set(fields)].filter((field) => !OWN_WINS.has(field) || own[field] === undefined);
}

/** Whether a pool takes the MachineConfigs of worker: master does not. */
export function mayInherit(pool: string, worker: string): boolean {
  const [id, other] = [parsePoolId(pool), parsePoolId(worker)];
  return id.cluster === other.cluster && !['master', 'worker'].includes(id.pool);
}

function specOf(state: PoolState | undefined): Record<string, unknown> {
  const isConfig = ({ kind }: Manifest) => kind === 'MachineConfig';
  return { ...state?.objects.find(isConfig)?.spec };
}

/** As a pool says it of itself. */
export function inheritedFrom(worker: string, fields: readonly string[], { build }: PoolState): Inherited {
  const release = build.preflight?.release as ReleaseVersion | undefined;
  const isOfImage = release !== undefined && fields.includes('osImageURL');
  return { from: worker, fields, ...(isOfImage && { isBase: inheritsBase(release) }) };
}
