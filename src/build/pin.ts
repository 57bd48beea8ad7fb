import { LayersError } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { type Locks, loadLocks } from '../spec/load-lock.ts';
import { EMPTY_LOCK, type Lock, lockFile, type PinnedPool, printPoolLock } from '../spec/lock.ts';
import { parsePoolId } from '../values/pool-id.ts';
import type { PoolResult } from './events.ts';

export type { Locks } from '../spec/load-lock.ts';

/** The whole lock, of all clusters. */
export async function readLock(root: string): Promise<Lock> {
  const { locks } = loadLocks(root);
  return union(await readLocks(root, locks.keys()));
}

export async function readLocks(root: string, clusters: Iterable<string | undefined>): Promise<Locks> {
  const { locks, diagnostics } = loadLocks(root);
  if (diagnostics.length > 0) throw new LayersError(diagnostics);
  return new Map([...new Set(clusters)].map((cluster) => [cluster, locks.get(cluster) ?? EMPTY_LOCK]));
}

/** The clusters that pools are of, by their identities. */
export function clustersOf(pools: readonly string[]): (string | undefined)[] {
  return pools.map((pool) => parsePoolId(pool).cluster);
}

/** What any of the locks knows: equal builds are built once, whichever cluster had them first. */
export function union(locks: Locks): Lock {
  const all = [...locks.values()];
  return {
    pools: Object.assign({}, ...all.map(({ pools }) => pools)),
    unpushed: Object.assign({}, ...all.map(({ unpushed }) => unpushed)),
  };
}

/** The pools that are pinned to a build, sorted. Branches that built it both, and were merged, have two digests of it. */
export function pinsOf({ pools }: Lock, build: string): [pool: string, pin: PinnedPool][] {
  return Object.entries(pools)
    .filter(([, pin]) => pin.build === build)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether an image that was not pushed is what the lock has of its build, if it has any. */
export function isRecorded({ unpushed }: Lock, build: string, digest: string | undefined): boolean {
  return Object.values(unpushed).every((one) => one.build !== build || one.digest === digest);
}

/**
 * The lock with these results in it. An image that was not pushed is recorded where no registry has one of this build,
 * and no pool is pinned to it. `sums` are those of packages, by digest.
 */
export function pinned(
  lock: Lock,
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, Pick<BuildPlan, 'base' | 'release'>>,
  sums: ReadonlyMap<string, string> = new Map(),
): Lock {
  const pools = { ...lock.pools };
  const unpushed = { ...lock.unpushed };
  for (const { pool, result, build, image, digest, pushed = false } of results) {
    if (build === undefined || image === undefined || digest === undefined) continue;
    const { base, release } = plans.get(build)!;
    if (!pushed) {
      if (pinsOf({ pools, unpushed }, build).length === 0) unpushed[pool] = { build, digest, base, release };
      continue;
    }
    const own = pools[pool];
    // Whoever made it: a hold beats any new pin.
    if (own?.hold !== undefined && own.digest !== digest) continue;
    delete unpushed[pool];
    if (own?.build === build && own.digest === digest && own.image === image) continue;
    const same = [...(own ? [own] : []), ...pinsOf(lock, build).map(([, pin]) => pin)].filter(
      (pin) => pin.build === build && pin.digest === digest,
    );
    const packages = sums.get(digest) ?? same.find((pin) => pin.packages !== undefined)?.packages;
    pools[pool] = {
      ...{ image, build, digest, base, release },
      ...(packages !== undefined && { packages }),
      origin: originOf(result, same),
      ...(own?.hold && { hold: own.hold }),
    };
  }
  return { pools, unpushed };
}

/** How a pool came to its image: a copy of what was adopted is no better known than that. */
function originOf(result: PoolResult['result'], same: readonly PinnedPool[]): PinnedPool['origin'] {
  if (result === 'adopted' || result === 'promoted') return result;
  return same.some(({ origin }) => origin === 'adopted') ? 'adopted' : 'built';
}

/** The text of each file of a lock that another lock has in another way; none where the pool is not in it any more. */
export function lockChanges(before: Lock, after: Lock): Map<string, string | undefined> {
  const pools = [before, after].flatMap(({ pools, unpushed }) => [
    ...Object.keys(pools),
    ...Object.keys(unpushed),
  ]);
  const changes = new Map<string, string | undefined>();
  for (const pool of new Set(pools)) {
    const text = printPoolLock(after, pool);
    if (text !== printPoolLock(before, pool)) changes.set(lockFile(pool), text);
  }
  return changes;
}
