import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayersError } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { EMPTY_LOCK, type LockText, lockFile, parseLock, printLock } from '../spec/lock.ts';
import { parsePoolId } from '../values/pool-id.ts';
import { atomicWrite } from './atomic-write.ts';
import type { PoolResult } from './events.ts';
import { LOCAL } from './journal.ts';

/** Locks, by cluster. */
export type Locks = ReadonlyMap<string | undefined, LockText>;

export async function readLocks(root: string, clusters: Iterable<string | undefined>): Promise<Locks> {
  const read = [...new Set(clusters)].map(
    async (cluster) => [cluster, await readLock(root, lockFile(cluster))] as const,
  );
  return new Map(await Promise.all(read));
}

/** The clusters that pools are of, by their identities. */
export function clustersOf(pools: readonly string[]): (string | undefined)[] {
  return pools.map((pool) => parsePoolId(pool).cluster);
}

async function readLock(root: string, file: string): Promise<LockText> {
  const text = await readFile(join(root, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const { lock, diagnostics } = parseLock(text, file);
  if (diagnostics.length > 0) throw new LayersError(diagnostics);
  return lock;
}

/** What any of the locks knows: equal builds are built once, whichever cluster had them first. */
export function union(locks: Locks): LockText {
  const all = [...locks.values()];
  return {
    ...EMPTY_LOCK,
    builds: Object.assign({}, ...all.map(({ builds }) => builds)),
    pools: Object.assign({}, ...all.map(({ pools }) => pools)),
  };
}

/** The lock with these results in it. An image that was not pushed is recorded, and no pool is pinned to it. */
export function pinned(
  lock: LockText,
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, BuildPlan>,
): LockText {
  const builds = { ...lock.builds };
  const pools = { ...lock.pools };
  for (const { pool, result, build, image, digest, pushed = false } of results) {
    if (build === undefined || image === undefined || digest === undefined) continue;
    const plan = plans.get(build)!;
    const known = builds[build];
    // An image kept on one machine takes the place of none that nodes can pull.
    if (known?.pushed && !pushed) continue;
    if (known === undefined || known.digest !== digest || known.pushed !== pushed) {
      builds[build] = {
        digest,
        base: plan.base,
        release: plan.release,
        origin: result === 'adopted' || result === 'promoted' ? result : 'built',
        pushed,
      };
    }
    if (pushed) pools[pool] = { build, image };
  }
  return { ...lock, builds, pools };
}

/** Writes a lock whole, or not at all. False where it is the same already. */
export async function writeLock(root: string, cluster: string | undefined, lock: LockText): Promise<boolean> {
  return atomicWrite(join(root, lockFile(cluster)), printLock(lock), join(root, LOCAL));
}
