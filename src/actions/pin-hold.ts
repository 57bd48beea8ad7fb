import { failure } from '../diagnostics.ts';
import type { PoolBuild } from '../plan/plan.ts';
import { holdReason, type Lock, type PinnedPool } from '../spec/lock.ts';
import { type EditOptions, type EditResult, editPins } from './edit-pins.ts';

/** Why pins are held, and for how long that is meant. */
export interface HoldReason {
  readonly reason: string;
  readonly until?: string | undefined;
}

/** A pin that is held. */
export function held(pin: PinnedPool, { reason, until }: HoldReason): PinnedPool {
  return { ...pin, hold: { digest: pin.digest, reason, ...(until !== undefined && { until }) } };
}

/** Keeps pins as they are, whatever is built or promoted. */
export async function holdPin(options: EditOptions & { readonly hold: HoldReason }): Promise<EditResult> {
  const hold = assertHold(options.hold);
  return editPins(options, 'hold', (pools, lock) => ({
    pins: Object.fromEntries(pinsOf(pools, lock).map(([pool, pin]) => [pool, held(pin, hold)])),
  }));
}

/** Ends holds: the next build or promotion moves the pins again. */
export async function releasePin(options: EditOptions): Promise<EditResult> {
  return editPins(options, 'release', (pools, lock) => ({
    pins: Object.fromEntries(pinsOf(pools, lock).map(([pool, { hold: _, ...pin }]) => [pool, pin])),
  }));
}

/** A hold that a person gave: its date is one, and is not over. */
export function assertHold({ reason, until }: HoldReason, now = new Date()): HoldReason {
  const parsed = holdReason.safeParse({ reason, ...(until !== undefined && { until }) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw failure('input', 'hold-form', `--${String(issue?.path[0])}: ${issue?.message}`, {
      hint: '--reason says why, on one line; --until a date, such as 2026-01-31.',
    });
  }
  if (until !== undefined && until < now.toISOString().slice(0, 10)) {
    throw failure('input', 'hold-form', `--until: ${until} is over`, {
      hint: 'A hold without a date is meant until somebody ends it.',
    });
  }
  return { reason, ...(until !== undefined && { until }) };
}

function pinsOf(pools: readonly PoolBuild[], lock: Lock): [pool: string, pin: PinnedPool][] {
  const found = pools.flatMap(({ pool }) => {
    const pin = lock.pools[pool];
    return pin === undefined ? [] : [[pool, pin] satisfies [string, PinnedPool]];
  });
  if (found.length > 0) return found;
  const names = pools.map(({ pool }) => pool).join(', ');
  throw failure('input', 'nothing-pinned', `${names} ${pools.length === 1 ? 'has' : 'have'} no image yet`, {
    hint: `\`layers build --pin\` pins one.`,
  });
}
