import type { PoolResult } from '../build/events.ts';
import { lockChanges, pinned, readLock } from '../build/pin.ts';
import { writeTogether } from '../build/write-together.ts';
import type { Git } from '../git/repository.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { describeHold, EMPTY_LOCK, LOCK, type Lock, lockFile, parsePoolLock } from '../spec/lock.ts';
import { render, write } from '../synth/synth.ts';

/**
 * Pins the results of pools, and writes `dist/` with their digests: all of it, or nothing. False where nothing changes. `sums`
 * are those of packages, by digest.
 */
export async function pin(
  root: string,
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, Pick<BuildPlan, 'base' | 'release'>>,
  sums: ReadonlyMap<string, string>,
): Promise<boolean> {
  // What is built elsewhere has nothing of this run in the lock.
  const made = results.filter(({ build }) => build !== undefined);
  const lock = await readLock(root);
  return writeLock(root, lock, pinned(lock, made, plans, sums));
}

/** Writes what differs between two states of the lock, and `dist/`: all of it, or nothing. False where nothing does. */
export async function writeLock(root: string, before: Lock, after: Lock): Promise<boolean> {
  return writeTogether(root, lockChanges(before, after), () => write(root, render(root).files));
}

/** Commits the lock and `dist/`, and nothing else: all of the lock, as `dist/` is made of all of it. */
export async function commitPins(git: Git, root: string, verb = 'pin'): Promise<string | undefined> {
  const { pools, unpushed } = await readLock(root);
  const changed = await git.uncommitted([LOCK]);
  const moves: Moves = { pins: [], unpushed: [], holds: [] };
  for (const pool of Object.keys({ ...pools, ...unpushed }).sort()) {
    const file = lockFile(pool);
    if (!changed.some((path) => path === file || path.endsWith(`/${file}`))) continue;
    const text = await git.committed(file);
    const before = text === undefined ? EMPTY_LOCK : parsePoolLock(text, pool).lock;
    addMoves(moves, pool, before, { pools, unpushed });
  }
  return git.commit([LOCK, 'dist'], messageOf(moves, verb));
}

interface Moves {
  /** Pools and the lines that say what they were pinned to. */
  readonly pins: [pool: string, line: string][];
  readonly unpushed: string[];
  readonly holds: [pool: string, line: string][];
}

/** What changed of a pool since the last commit. */
function addMoves({ pins, unpushed, holds }: Moves, pool: string, before: Lock, after: Lock): void {
  const [old, now] = [before.pools[pool], after.pools[pool]];
  if (
    now !== undefined &&
    !(old?.build === now.build && old.image === now.image && old.digest === now.digest)
  )
    pins.push([pool, `Layers-Pin: ${pool} ${now.image}@${now.digest} build ${now.build}`]);
  const [held, holding] = [old?.hold, now?.hold].map((hold) => hold && describeHold(hold));
  if (held !== holding)
    holds.push([pool, holding === undefined ? `Layers-Release: ${pool}` : `Layers-Hold: ${pool} ${holding}`]);
  const kept = after.unpushed[pool];
  if (kept !== undefined && before.unpushed[pool]?.digest !== kept.digest)
    unpushed.push(`Layers-Build: ${kept.build} ${kept.digest} not pushed`);
}

function messageOf({ pins, unpushed, holds }: Moves, verb: string): string {
  const pools = new Set([...pins, ...holds].map(([pool]) => pool));
  const subject =
    pools.size > 0
      ? `${verb} ${[...pools].sort().join(', ')}`
      : unpushed.length > 0
        ? 'record builds that were not pushed'
        : 'write dist/ anew';
  const trailers = [...[...pins, ...holds].map(([, line]) => line), ...new Set(unpushed)];
  return [`chore(layers): ${subject}`, ...(trailers.length > 0 ? [trailers.join('\n')] : [])].join('\n\n');
}
