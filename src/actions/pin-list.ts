import { clustersOf, readLocks } from '../build/pin.ts';
import { type PoolBuild, parseJson } from '../plan/plan.ts';
import type { Hold, Pinned } from '../spec/lock.ts';
import { type Rendered, render } from '../synth/synth.ts';
import { parsePoolId } from '../values/pool-id.ts';

/** What a pool is pinned to. */
export interface ListedPin {
  readonly pool: string;
  /** `not-ours`: the cluster builds it, and keeps the digest itself. */
  readonly state: 'fresh' | 'behind' | 'held' | 'missing' | 'not-ours';
  /** What keeps it, and whether it would move without. */
  readonly hold?: Hold;
  readonly isBehind?: boolean;
  /** The pool whose pin it takes by promotion. */
  readonly follows?: string;
  readonly build?: string;
  readonly machineOSBuild?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly origin?: Pinned['origin'];
}

/** The pin of every pool, as `layers/` and the locks are now. */
export async function listPins({
  root,
  rendered = render(root),
}: {
  readonly root: string;
  readonly rendered?: Rendered;
}): Promise<readonly ListedPin[]> {
  const pools = [...rendered.files]
    .filter(([path]) => path.endsWith('.build'))
    .map(([path, content]) => parseJson<PoolBuild>(Buffer.from(content).toString(), path))
    .sort((a, b) => (a.pool < b.pool ? -1 : 1));
  const locks = await readLocks(root, clustersOf(pools.map(({ pool }) => pool)));
  return pools.map(({ pool, by, follows, build, image }): ListedPin => {
    if (by === 'cluster') return { pool, state: 'not-ours' };
    const pin = locks.get(parsePoolId(pool).cluster)?.pools[pool];
    const leader = follows !== undefined && { follows };
    if (pin === undefined) return { pool, state: 'missing', ...leader };
    const isBehind = pin.build !== build || pin.image !== image;
    const { hold, machineOSBuild } = pin;
    return {
      pool,
      state: hold !== undefined ? 'held' : isBehind ? 'behind' : 'fresh',
      ...leader,
      ...(hold && { hold, isBehind }),
      ...(pin.build !== undefined && { build: pin.build }),
      ...(machineOSBuild !== undefined && { machineOSBuild }),
      image: pin.image,
      digest: pin.digest,
      origin: pin.origin,
    };
  });
}
