import { inheritsBase } from '../compile/inheritance.ts';
import { effectOfChange } from '../operator/effects.ts';
import { parsePoolId } from '../values/pool-id.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import { operatorObjects } from './effects.ts';
import type { Inherited } from './model.ts';
import type { PoolState } from './state.ts';

/** A worker pool that differs. */
export interface ChangedWorker {
  readonly pool: string;
  readonly before?: PoolState | undefined;
  readonly after?: PoolState | undefined;
}

/** Whether a pool takes the MachineConfigs of worker: master does not. */
export function mayInherit(pool: string, worker: string): boolean {
  const [id, other] = [parsePoolId(pool), parsePoolId(worker)];
  return id.cluster === other.cluster && !['master', 'worker'].includes(id.pool);
}

/** What of a change of worker's reaches a custom pool, as the operator merges both; undefined where nothing does. */
export function inheritedFrom(worker: ChangedWorker, heir: PoolState): Inherited | undefined {
  const release = heir.made.release as ReleaseVersion;
  const { consequences } = effectOfChange(
    operatorObjects(worker.before, heir),
    operatorObjects(worker.after, heir),
    release,
  );
  const fields = consequences.filter(({ reboot }) => reboot).map(({ what }) => what);
  if (fields.length === 0) return undefined;
  const isOfBase = heir.build.by === 'cluster' && fields.includes('osImageURL');
  return { from: worker.pool, fields, ...(isOfBase && { isBase: inheritsBase(release) }) };
}
