import { pinned } from '../build/pin.ts';
import { type BuildPlan, type IndexPlan, isIndex } from '../plan/plan.ts';
import type { Lock, PinnedPool } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { knownBuild } from './known-build.ts';
import { packageSums, type ReadOptions } from './pin-packages.ts';

/** An image that was found in a registry and checked, and the pool that is to have it. */
export interface Adoption {
  readonly pool: string;
  readonly image: string;
  readonly digest: Digest;
  readonly plan: BuildPlan | IndexPlan;
}

/** The pool's pin with it: the one that it has, where that is the same. */
export async function adoptedPin(
  lock: Lock,
  { pool, image, digest, plan }: Adoption,
  options: Omit<ReadOptions, 'lock'>,
): Promise<PinnedPool> {
  const hashes = isIndex(plan) ? plan.builds.map(({ hash }) => hash) : [];
  const parts = await Promise.all(hashes.map((hash) => knownBuild(options.root, hash)));
  const known = [plan, ...parts].filter((build) => build !== undefined);
  const builds = new Map(known.map((build) => [build.hash, build]));
  const found = [{ pool, result: 'adopted', build: plan.hash, image, digest, pushed: true }] as const;
  const sums = await packageSums(found, builds, { ...options, lock });
  return pinned(lock, found, builds, sums).pools[pool]!;
}
