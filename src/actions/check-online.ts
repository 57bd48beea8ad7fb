import { readLocks } from '../build/pin.ts';
import type { PinnedTo } from '../checks/online/online.ts';
import { checkOnline } from '../checks/pools.ts';
import { pulledFrom } from '../compile/images.ts';
import type { Subject } from '../compile/subject.ts';
import { describeHold } from '../spec/lock.ts';
import { render } from '../synth/synth.ts';
import { parseDigest } from '../values/digest.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { type CheckOptions, type CheckResult, verdict } from './check.ts';
import { type Asked, type OnlineOptions, onlineFacts } from './online-facts.ts';

/** As `check`, and what registries have to say: of pinned images, bases and the packages in them. */
export async function checkWithRegistries(options: CheckOptions & OnlineOptions): Promise<CheckResult> {
  const rendered = render(options.root);
  const asked = await withPins(options.root, rendered.pools);
  const { facts, unanswered } = await onlineFacts(asked, options);
  const found = checkOnline(asked.map((one) => ({ ...one, facts })));
  return verdict(options, rendered, { found, unanswered });
}

async function withPins(root: string, pools: readonly Subject[]): Promise<Asked[]> {
  const locks = await readLocks(
    root,
    pools.map(({ id }) => id.cluster),
  );
  return pools.map((pool): Asked => {
    const pin = locks.get(pool.id.cluster)?.pools[formatPoolId(pool.id)];
    if (pin === undefined || pool.by === 'cluster') return { pool };
    const { image, digest, release, hold } = pin;
    const pinned: PinnedTo = {
      digest: parseDigest(digest),
      pushed: image,
      pulled: pulledFrom(image, pool.cluster),
      ...(release !== undefined && { release }),
      ...(hold && { held: describeHold(hold) }),
    };
    return { pool, pin: pinned };
  });
}
