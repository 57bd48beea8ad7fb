import type { LockText } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { formatPoolId } from '../values/pool-id.ts';
import type { CompiledPool } from './compiled-pool.ts';
import { pulledFrom } from './images.ts';

/** What the lock says of a pool. */
export type Pin =
  /** The cluster builds it and keeps the digest itself. */
  | { readonly state: 'not-ours' }
  /** Nothing that was pushed is pinned. */
  | { readonly state: 'missing' }
  /** The pinned image is of this input, or of an earlier one. */
  | {
      readonly state: 'fresh' | 'behind';
      /** Where the nodes pull it from. */
      readonly image: string;
      readonly digest: Digest;
      readonly build: string;
    };

export function pinOf({ id, by, hash, image, cluster }: CompiledPool, lock: LockText): Pin {
  if (by === 'cluster') return { state: 'not-ours' };
  const entry = lock.pools[formatPoolId(id)];
  const build = entry && lock.builds[entry.build];
  if (entry === undefined || build === undefined || !build.pushed) return { state: 'missing' };
  return {
    // Pushed elsewhere since: the new repository does not have the image yet.
    state: entry.build === hash && entry.image === image ? 'fresh' : 'behind',
    image: pulledFrom(entry.image, cluster),
    digest: build.digest as Digest,
    build: entry.build,
  };
}
