import type { PoolResult } from '../build/events.ts';
import { lockChanges, pinned, readLock } from '../build/pin.ts';
import { writeTogether } from '../build/write-together.ts';
import type { Git } from '../git/repository.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { EMPTY_LOCK, LOCK, type Lock, lockFile, type PinnedPool, parsePoolLock } from '../spec/lock.ts';
import { render, write } from '../synth/synth.ts';
import { joined, type MessageOptions, type Moves, messageOf, movesOf } from './pin-moves.ts';

/**
 * Pins the results of pools, and writes `dist/` with their digests: all of it, or nothing. False where nothing changes. `sums`
 * are those of packages, by digest; `known` is the lock that the results were compared with, where it is another one.
 */
export async function pin(
  root: string,
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, Pick<BuildPlan, 'base' | 'release'>>,
  sums: ReadonlyMap<string, string>,
  known: Lock = EMPTY_LOCK,
): Promise<boolean> {
  // What is built elsewhere has nothing of this run in the lock.
  const made = results.filter(({ build }) => build !== undefined);
  const lock = await readLock(root);
  return writeLock(root, lock, asKnown(pinned(lock, made, plans, sums), made, known));
}

/** The same, with pins that another lock has already as they are there: how they came about is nothing of this run. */
function asKnown(lock: Lock, made: readonly PoolResult[], known: Lock): Lock {
  const same = made.flatMap(({ pool }): [string, PinnedPool][] => {
    const [own, other] = [lock.pools[pool], known.pools[pool]];
    if (own === undefined || other === undefined) return [];
    const isSame = own.build === other.build && own.digest === other.digest && own.image === other.image;
    return isSame ? [[pool, { ...other, hold: own.hold }]] : [];
  });
  return { ...lock, pools: { ...lock.pools, ...Object.fromEntries(same) } };
}

/** Writes what differs between two states of the lock, and `dist/`: all of it, or nothing. False where nothing does. */
export async function writeLock(root: string, before: Lock, after: Lock): Promise<boolean> {
  return writeTogether(root, lockChanges(before, after), () => write(root, render(root).files));
}

/** All of what pins write, below the repository's root: all of the lock, as `dist/` is made of all of it. */
export const PIN_PATHS = [LOCK, 'dist'];

export interface PinCommit {
  /** Undefined where there was nothing to commit. */
  readonly commit: string | undefined;
  /** What it says that the commit before did not. */
  readonly moves: Moves;
}

/** Commits the lock and `dist/`, and nothing else. */
export async function commitPins(git: Git, root: string, options: MessageOptions): Promise<PinCommit> {
  const moves = await uncommittedMoves(git, root);
  return { moves, commit: await git.commit(PIN_PATHS, messageOf(moves, options)) };
}

async function uncommittedMoves(git: Git, root: string): Promise<Moves> {
  const { pools, unpushed } = await readLock(root);
  const changed = await git.uncommitted([LOCK]);
  const moves: Moves[] = [];
  for (const pool of Object.keys({ ...pools, ...unpushed }).sort()) {
    const file = lockFile(pool);
    if (!changed.some((path) => path === file || path.endsWith(`/${file}`))) continue;
    const text = await git.committed(file);
    const before = text === undefined ? EMPTY_LOCK : parsePoolLock(text, pool).lock;
    moves.push(movesOf(pool, before, { pools, unpushed }));
  }
  return joined(moves);
}
