import type { Hold, Lock, Pinned } from '../spec/lock.ts';
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
  /** The pinned image is of this input, or of an earlier one; or it stays whatever the input is. */
  | {
      readonly state: 'fresh' | 'behind' | 'held';
      /** The input is another one by now. */
      readonly isBehind: boolean;
      readonly hold?: Hold;
      /** Where the nodes pull it from. */
      readonly image: string;
      readonly digest: Digest;
      /** The build that it is of; none where the operator built it. */
      readonly build?: string;
      readonly origin: Pinned['origin'];
    };

export function pinOf({ id, by, hash, image, cluster }: CompiledPool, lock: Lock): Pin {
  if (by === 'cluster') return { state: 'not-ours' };
  const pin = lock.pools[formatPoolId(id)];
  if (pin === undefined) return { state: 'missing' };
  // Pushed elsewhere since: the new repository does not have the image yet.
  const isBehind = pin.build !== hash || pin.image !== image;
  const { hold } = pin;
  return {
    state: hold !== undefined ? 'held' : isBehind ? 'behind' : 'fresh',
    isBehind,
    ...(hold && { hold }),
    image: pulledFrom(pin.image, cluster),
    digest: pin.digest as Digest,
    ...(pin.build !== undefined && { build: pin.build }),
    origin: pin.origin,
  };
}
