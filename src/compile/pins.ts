import type { LockText } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';
import type { CompiledPool } from './compiled-pool.ts';

/** What the lock says of a pool. */
export type Pin =
  /** The cluster builds it and keeps the digest itself. */
  | { readonly state: 'not-ours' }
  /** Nothing that was pushed is pinned. */
  | { readonly state: 'missing' }
  /** The pinned image is of this input, or of an earlier one. */
  | {
      readonly state: 'fresh' | 'behind';
      readonly image: string;
      readonly digest: Digest;
      readonly build: string;
    };

export function pinOf({ id, by, hash, pool }: CompiledPool, lock: LockText): Pin {
  if (by === 'cluster') return { state: 'not-ours' };
  const entry = lock.pools[formatPoolId(id)];
  const build = entry && lock.builds[entry.build];
  if (entry === undefined || build === undefined || !build.pushed) return { state: 'missing' };
  const wanted = pool.target.machineConfig && formatImageRef(pool.target.machineConfig.image);
  return {
    // Pushed elsewhere since: the new repository does not have the image yet.
    state: entry.build === hash && entry.image === wanted ? 'fresh' : 'behind',
    image: entry.image,
    digest: build.digest as Digest,
    build: entry.build,
  };
}
