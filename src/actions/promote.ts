import type { Delivery } from '../build/delivery.ts';
import { readBuilds, readMade, readPoolBuilds } from '../build/dist.ts';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { clustersOf, readLocks } from '../build/pin.ts';
import { runPromotions } from '../build/promote.ts';
import { type Promotion, promotionOf, type Refusal, selectPairs } from '../build/promotion.ts';
import { openRegistries } from '../build/registries.ts';
import { type Diagnostic, LayersError, type Origin } from '../diagnostics.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { alone } from './alone.ts';
import { type Delivered, pinning } from './apply-pins.ts';
import { deliver, settleGit } from './deliver.ts';
import { placeOf } from './delivery-place.ts';
import { heldFindings } from './held.ts';
import { placesIn } from './places.ts';
import { assertFresh } from './preconditions.ts';

export interface PromoteOptions {
  readonly root: string;
  /** The pool whose pin moves, or a cluster for each of its pools. */
  readonly from: string;
  /** The pools it moves to, or clusters; or all that follow. */
  readonly to: readonly string[] | 'all';
  /** Where the pins go. */
  readonly delivery: Delivery;
  readonly authFile?: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

export interface PromoteResult {
  readonly pools: readonly PoolResult[];
  /** Whether a lock changed. */
  readonly pinned: boolean;
  readonly delivered: Delivered;
  /** What holds kept from being pinned. */
  readonly held: readonly Diagnostic[];
}

/** Gives followers the image that their leader is pinned to: all that are not held, or none where one may not have it. */
export async function promote(options: PromoteOptions): Promise<PromoteResult> {
  return alone(options, () => promoteAlone(options));
}

async function promoteAlone(options: PromoteOptions): Promise<PromoteResult> {
  const { root, signal } = options;
  const { delivery } = options;
  await settleGit(root);
  const place = await placeOf(root, delivery);
  assertFresh(root);
  const promotions = await allowed(options);
  const authFile = await authFileForEngine(options.authFile);
  const registries = openRegistries({ ...(authFile && { authfile: authFile }), signal });
  let pools: PoolResult[];
  try {
    pools = await runPromotions({ ...options, registries, ...(authFile && { authFile }) }, promotions);
  } finally {
    registries.close();
  }
  signal.throwIfAborted();
  const plans = readBuilds(
    root,
    promotions.map(({ build }) => build),
  );
  const names = pools.map(({ pool }) => pool);
  const { onEvent } = options;
  const work = {
    root,
    delivery,
    verb: 'promote',
    ...pinning({ root, authFile, signal }, pools, plans),
    pools: names,
    signal,
    onEvent,
  };
  const delivered = await deliver(work, place);
  return { pools, pinned: delivered.pinned, delivered, held: heldFindings(pools) };
}

/** The promotions that were asked for; throws everything that speaks against any of them. */
async function allowed({ root, from, to }: PromoteOptions): Promise<Promotion[]> {
  const pools = readPoolBuilds(root);
  const locks = await readLocks(root, clustersOf(pools.map(({ pool }) => pool)));
  const checked = selectPairs(pools, from, to).map((pair) =>
    promotionOf(pair, locks, (hash) => readMade(root, hash)),
  );
  const refusals = checked.filter((outcome): outcome is Refusal => 'code' in outcome);
  if (refusals.length === 0) return checked as Promotion[];
  throw new LayersError(explained(refusals, placesIn(root)));
}

/** What is wrong at one place is wrong once, for however many pools. */
function explained(refusals: readonly Refusal[], placeOf: ReturnType<typeof placesIn>): Diagnostic[] {
  const groups = new Map<string, { refusal: Refusal; origin: Origin | undefined; pools: Set<string> }>();
  for (const refusal of refusals) {
    const { code, pool, key, message, what = message } = refusal;
    const origin = placeOf(pool, key);
    const same = JSON.stringify([code, origin ?? pool, what]);
    const group = groups.get(same) ?? { refusal, origin, pools: new Set() };
    groups.set(same, { ...group, pools: group.pools.add(pool) });
  }
  return [...groups.values()].map(({ refusal: { code, message, hint }, origin, pools }) => {
    const [, ...others] = pools;
    return {
      ...({ code, severity: 'error', source: 'input', message, hint } as const),
      ...(origin && { origin }),
      ...(others.length > 0 && { detail: `likewise ${others.join(', ')}` }),
    };
  });
}
