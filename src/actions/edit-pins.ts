import type { Delivery } from '../build/delivery.ts';
import { readPoolBuilds } from '../build/dist.ts';
import { selectPools } from '../build/groups.ts';
import { readLock } from '../build/pin.ts';
import { openRegistries, type Registries } from '../build/registries.ts';
import { type Diagnostic, failure } from '../diagnostics.ts';
import type { PoolBuild } from '../plan/plan.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { describeHold, type Lock, lockFile, type PinnedPool, printPoolLock } from '../spec/lock.ts';
import { type AloneOptions, alone } from './alone.ts';
import type { Delivered, Work } from './apply-pins.ts';
import { deliver, settleGit } from './deliver.ts';
import { placeOf } from './delivery-place.ts';
import { writeLock } from './pin.ts';
import { assertFresh } from './preconditions.ts';

export interface EditOptions extends AloneOptions {
  /** A pool's identity; or a cluster's name, where a verb is for several. */
  readonly pool: string;
  /** Where the pins go. */
  readonly delivery: Delivery;
}

/** A pool's pin as it is now. */
export interface EditedPin extends PinnedPool {
  readonly pool: string;
}

export interface EditResult {
  readonly pools: readonly EditedPin[];
  /** Whether the lock changed. */
  readonly changed: boolean;
  readonly delivered: Delivered;
  /** What is to be known of it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What an edit makes of pins, and what is to be known of it. */
export interface Edit {
  readonly pins: Readonly<Record<string, PinnedPool>>;
  readonly diagnostics?: readonly Diagnostic[];
}

/** Changes pins by hand: the lock and `dist/` together, where `dist/` is what was reviewed. */
export async function editPins(
  options: EditOptions,
  verb: string,
  edit: (pools: readonly PoolBuild[], lock: Lock) => Promise<Edit> | Edit,
): Promise<EditResult> {
  const { root, delivery, signal, onEvent } = options;
  return alone(options, async () => {
    await settleGit(root);
    const place = await placeOf(root, delivery);
    assertFresh(root);
    const pools = selectPools(readPoolBuilds(root), [options.pool]).filter(({ by }) => by !== 'cluster');
    if (pools.length === 0) throw notOurs(options.pool);
    const lock = await readLock(root);
    const { pins, diagnostics = [] } = await edit(pools, lock);
    const names = pools.map(({ pool }) => pool);
    const work = { root, delivery, verb, ...editing(root, lock, pins), pools: names, signal, onEvent };
    const delivered = await deliver(work, place);
    const edited = Object.entries(pins).map(([pool, pin]) => ({ pool, ...pin }));
    return { pools: edited, changed: delivered.pinned, delivered, diagnostics };
  });
}

/** Pins by hand: elsewhere only where the pin is still the one that was edited. */
function editing(root: string, lock: Lock, pins: Edit['pins']): Pick<Work, 'here' | 'change'> {
  const edited = (to: Lock, pools: Edit['pins']) => ({ ...to, pools: { ...to.pools, ...pools } });
  return {
    here: () => writeLock(root, lock, edited(lock, pins)),
    async change(directory) {
      const there = await readLock(directory);
      const isAsHere = (pool: string) =>
        [lock, edited(lock, pins)].some((one) => printPoolLock(one, pool) === printPoolLock(there, pool));
      const current = Object.entries(pins).filter(([pool]) => isAsHere(pool));
      await writeLock(directory, there, edited(there, Object.fromEntries(current)));
      return Object.keys(pins)
        .filter((pool) => !isAsHere(pool))
        .map((pool) => ({ pool, why: 'its pin is another one' }));
    },
  };
}

/** The one pool that a verb is for. */
export function onlyOne(pools: readonly PoolBuild[], name: string): PoolBuild {
  const [pool, ...more] = pools;
  if (pool !== undefined && more.length === 0) return pool;
  throw failure('input', 'unknown-pool', `${name} is a cluster, and this is for one pool`, {
    hint: `Name one of ${pools.map((one) => one.pool).join(', ')}.`,
  });
}

/** Registries for as long as work takes. */
export async function withRegistries<T>(
  { authFile, signal }: { readonly authFile?: string | undefined; readonly signal: AbortSignal },
  work: (registries: Registries, authFile: string | undefined) => Promise<T>,
): Promise<T> {
  const file = await authFileForEngine(authFile);
  const registries = openRegistries({ ...(file && { authfile: file }), signal });
  try {
    return await work(registries, file);
  } finally {
    registries.close();
  }
}

/** A hold beats any new pin, one by hand as well. */
export function assertNotHeld(pool: string, pin: PinnedPool | undefined): void {
  if (pin?.hold === undefined) return;
  throw failure('finding', 'pin-held', `${pool} is held: ${describeHold(pin.hold)}`, {
    hint: `\`layers pin release ${pool}\` ends that; --hold with another --reason takes its place.`,
    origin: { file: lockFile(pool), document: 0, path: ['hold'] },
  });
}

function notOurs(pool: string) {
  return failure('input', 'pin-not-ours', `${pool} has no pin: its cluster builds it, and keeps the digest`, {
    hint: '`layers pin list` lists the pools, and who has their digests.',
  });
}
