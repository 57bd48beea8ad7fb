import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PoolResult } from '../build/events.ts';
import { clustersOf, pinned, readLocks, writeLock } from '../build/pin.ts';
import type { Git } from '../git/repository.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { type LockText, lockFile, parseLock } from '../spec/lock.ts';
import { render, write } from '../synth/synth.ts';
import { parsePoolId } from '../values/pool-id.ts';

/** The clusters whose locks were looked at, and whether any of these changed. */
export interface Pinned {
  readonly clusters: readonly (string | undefined)[];
  readonly changed: boolean;
}

/** Writes the locks of the results' clusters, and `dist/` with their digests: all of it, or nothing. */
export async function pin(
  root: string,
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, BuildPlan>,
): Promise<Pinned> {
  // A cluster whose pools are all built elsewhere has nothing of this run in its lock.
  const made = results.filter(({ build }) => build !== undefined);
  const locks = await readLocks(root, clustersOf(made.map(({ pool }) => pool)));
  const clusters = [...locks.keys()];
  const before = new Map<string, Buffer | undefined>();
  for (const file of clusters.map(lockFile))
    before.set(file, await readFile(join(root, file)).catch(() => undefined));
  let changed = false;
  try {
    for (const [cluster, lock] of locks) {
      const own = made.filter(({ pool }) => parsePoolId(pool).cluster === cluster);
      if (await writeLock(root, cluster, pinned(lock, own, plans))) changed = true;
    }
    write(root, render(root).files);
  } catch (error) {
    for (const [file, bytes] of before) {
      if (bytes === undefined) await rm(join(root, file), { force: true });
      else await writeFile(join(root, file), bytes);
    }
    throw error;
  }
  return { clusters, changed };
}

/** Commits the locks and `dist/`, and nothing else. */
export async function commitPins(
  git: Git,
  root: string,
  clusters: readonly (string | undefined)[],
  verb: 'pin' | 'promote' = 'pin',
): Promise<string | undefined> {
  const after = await readLocks(root, clusters);
  const moves: Moves = { pins: [], unpushed: [] };
  for (const [cluster, lock] of after) {
    const file = lockFile(cluster);
    addMoves(moves, parseLock(await git.committed(file), file).lock, lock);
  }
  return git.commit([...clusters.map(lockFile), 'dist'], messageOf(moves, verb));
}

interface Moves {
  /** Pools and the lines that say what they were pinned to. */
  readonly pins: [pool: string, line: string][];
  readonly unpushed: string[];
}

/** What changed since the last commit. */
function addMoves({ pins, unpushed }: Moves, before: LockText, after: LockText): void {
  for (const [pool, { build, image }] of Object.entries(after.pools)) {
    const old = before.pools[pool];
    const digest = after.builds[build]?.digest;
    const same = old?.build === build && old.image === image && before.builds[build]?.digest === digest;
    if (!same) pins.push([pool, `Layers-Pin: ${pool} ${image}@${digest} build ${build}`]);
  }
  for (const [hash, { digest, pushed }] of Object.entries(after.builds)) {
    if (!pushed && before.builds[hash]?.digest !== digest)
      unpushed.push(`Layers-Build: ${hash} ${digest} not pushed`);
  }
}

function messageOf({ pins, unpushed }: Moves, verb: string): string {
  const subject =
    pins.length > 0
      ? `${verb} ${pins.map(([pool]) => pool).join(', ')}`
      : unpushed.length > 0
        ? 'record builds that were not pushed'
        : 'write dist/ anew';
  const trailers = [...pins.map(([, line]) => line), ...unpushed];
  return [`chore(layers): ${subject}`, ...(trailers.length > 0 ? [trailers.join('\n')] : [])].join('\n\n');
}
