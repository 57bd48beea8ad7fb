import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LayersError } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { LOCK, type LockText, parseLock, printLock } from '../spec/lock.ts';
import { atomicWrite } from './atomic-write.ts';
import type { PoolResult } from './events.ts';

export async function readLock(root: string): Promise<LockText> {
  const text = await readFile(join(root, LOCK), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const { lock, diagnostics } = parseLock(text);
  if (diagnostics.length > 0) throw new LayersError(diagnostics);
  return lock;
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
        origin: result === 'adopted' ? 'adopted' : 'built',
        pushed,
      };
    }
    if (pushed) pools[pool] = { build, image };
  }
  return { ...lock, builds, pools };
}

/** Writes the lock whole, or not at all. False where it is the same already. */
export async function writeLock(root: string, lock: LockText): Promise<boolean> {
  return atomicWrite(join(root, LOCK), printLock(lock));
}
