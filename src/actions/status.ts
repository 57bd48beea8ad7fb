import { kindOf } from '../spec/variant.ts';
import { type Rendered, render } from '../synth/synth.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { type ListedPin, listPins } from './pin-list.ts';

/** A pool as git has it: nothing is asked of a registry or a cluster. */
export interface PoolStatus extends ListedPin {
  readonly target: string;
  /** Who builds it: this machine, a Job, or its cluster. */
  readonly by: 'local' | 'job' | 'cluster';
  readonly release: string;
  readonly base: string;
  /** Whether the base is the OS image of its release. */
  readonly isOfRelease: boolean;
}

/** Every pool with what it is, and what it is pinned to. */
export async function status({ root }: { readonly root: string }): Promise<readonly PoolStatus[]> {
  const rendered: Rendered = render(root);
  const pins = new Map((await listPins({ root, rendered })).map((pin) => [pin.pool, pin]));
  return rendered.pools
    .map(({ id, target, by, release, base, osImage }): PoolStatus => {
      const pool = formatPoolId(id);
      return {
        ...pins.get(pool)!,
        target: kindOf(target)[0],
        by,
        release,
        base: formatImageRef(base),
        isOfRelease: base.digest === osImage?.digest,
      };
    })
    .sort((a, b) => (a.pool < b.pool ? -1 : 1));
}
