import { describe, expect, it } from 'vitest';
import type { PoolResult } from '../../src/build/events.ts';
import { lockChanges, pinned, pinsOf } from '../../src/build/pin.ts';
import type { BuildPlan } from '../../src/plan/plan.ts';
import { EMPTY_LOCK, type Lock, type PinnedPool } from '../../src/spec/lock.ts';

const hash = (text: string) => text.repeat(32);
const digest = (text: string) => `sha256:${text.repeat(64)}`;
const base = `q.io/base@${digest('0')}`;
const [A, B] = [hash('a'), hash('b')];
const plans = new Map([A, B].map((build) => [build, { base, release: '4.19.3' } as BuildPlan]));

const pin = (more: Partial<PinnedPool> = {}): PinnedPool => ({
  ...{ image: 'q.io/worker', build: A, digest: digest('1'), origin: 'built', base, release: '4.19.3' },
  ...more,
});
const lockOf = (pools: Record<string, PinnedPool>, unpushed: Lock['unpushed'] = {}): Lock => ({
  pools,
  unpushed,
});
const result = (more: Partial<PoolResult> = {}): PoolResult => ({
  ...{ pool: 'worker', result: 'built', build: A, image: 'q.io/worker', digest: digest('1'), pushed: true },
  ...more,
});
const kept = { build: A, digest: digest('1'), base, release: '4.19.3' };

describe('a pin', () => {
  it('is what was pushed, and what it was made from', () => {
    expect(pinned(EMPTY_LOCK, [result()], plans)).toEqual(lockOf({ worker: pin() }));
  });

  it('is the same where nothing moved, with all that is known of it', () => {
    const lock = lockOf({ worker: pin({ origin: 'promoted', packages: '7'.repeat(64) }) });
    expect(pinned(lock, [result({ result: 'unchanged' })], plans)).toEqual(lock);
  });

  it.each([
    ['adopted', 'adopted', 'adopted'],
    ['promoted', 'built', 'promoted'],
    ['copied', 'adopted', 'adopted'],
    ['copied', 'promoted', 'built'],
  ] as const)('of a result %s, where another pool has the image as %s, has the origin %s', (how, other, origin) => {
    const lock = lockOf({ infra: pin({ origin: other, packages: '7'.repeat(64) }) });
    const { pools } = pinned(lock, [result({ result: how })], plans);
    expect(pools.worker).toEqual(pin({ origin, packages: '7'.repeat(64) }));
    expect(pools.infra).toBe(lock.pools.infra);
  });

  it('of an image that no registry has is none, and is recorded', () => {
    const lock = pinned(EMPTY_LOCK, [result({ pushed: false })], plans);
    expect(lock).toEqual(lockOf({}, { worker: kept }));
    expect(pinned(lock, [result({ result: 'copied' })], plans)).toEqual(lockOf({ worker: pin() }));
  });

  it('stays beside a later build that no registry has', () => {
    const lock = lockOf({ worker: pin() });
    const next = pinned(lock, [result({ build: B, digest: digest('2'), pushed: false })], plans);
    expect(next).toEqual(lockOf(lock.pools, { worker: { ...kept, build: B, digest: digest('2') } }));
  });

  it('is not beside the same build, of which a registry has an image for whichever pool', () => {
    const lock = lockOf({ infra: pin() });
    expect(pinned(lock, [result({ digest: digest('2'), pushed: false })], plans)).toEqual(lock);
  });

  it('that is held stays, whoever made what is new', () => {
    const hold = { digest: digest('1'), reason: 'x' };
    const lock = lockOf({ worker: pin({ hold }) });
    for (const how of ['built', 'adopted', 'promoted'] as const) {
      const [before, now] = [
        lock,
        pinned(lock, [result({ result: how, build: B, digest: digest('2') })], plans),
      ];
      expect(now).toEqual(before);
    }
    // The same image at another place is no new one.
    const moved = pinned(lock, [result({ image: 'q.io/moved' })], plans);
    expect(moved.pools.worker).toEqual(pin({ hold, image: 'q.io/moved' }));
  });
});

describe('builds that two branches made', () => {
  it('are found by their hash, in the order of the pools, each with its own image', () => {
    const lock = lockOf({ worker: pin({ digest: digest('2') }), infra: pin(), gpu: pin({ build: B }) });
    expect(pinsOf(lock, A).map(([pool, { digest }]) => [pool, digest])).toEqual([
      ['infra', digest('1')],
      ['worker', digest('2')],
    ]);
  });
});

describe('what is written of a lock', () => {
  it('is the files of the pools that changed, and no others', () => {
    const before = lockOf({ worker: pin(), infra: pin(), gone: pin() });
    const after = lockOf({ worker: pin({ digest: digest('2') }), infra: pin(), 'prod/gpu': pin() });
    const changes = lockChanges(before, after);
    expect([...changes.keys()].sort()).toEqual([
      'layers/lock/gone.lock',
      'layers/lock/prod/gpu.lock',
      'layers/lock/worker.lock',
    ]);
    expect(changes.get('layers/lock/gone.lock')).toBeUndefined();
    expect(lockChanges(before, before).size).toBe(0);
  });
});
