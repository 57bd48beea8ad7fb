import { describe, expect, it } from 'vitest';
import { differences, type Made } from '../../src/build/differences.ts';
import { promotionOf } from '../../src/build/promotion.ts';
import { buildPlan } from '../../src/constructs/build-files.ts';
import type { PoolBuild } from '../../src/plan/plan.ts';
import { EMPTY_LOCK, type Lock, type Pinned, type Unpushed } from '../../src/spec/lock.ts';
import { compile, OTHER, type PoolInput } from '../compile/compile-pool.ts';

/** A build as `dist/` has it, of a compiled pool. */
function made(input: PoolInput): Made {
  const compiled = compile(input);
  return { ...buildPlan(compiled), containerfile: compiled.containerfile };
}

const files = (name: string, content: string) => ({
  name,
  steps: [{ files: [{ path: `/etc/${name}`, content }] }],
});
const labels = (name: string) => ({ name, steps: [{ labels: { [name]: 'x' } }] });
const from = `quay.io/x/dtk@${OTHER}`;
const module_ = (command: string) => ({
  name: 'module',
  steps: [{ stage: { name: 'dtk', from, run: [command], copy: [{ from: '/x', to: '/usr/lib/x' }] } }],
});

const say = (own: PoolInput, other: PoolInput) => differences(made(own), made(other)).map(({ text }) => text);

describe('what differs between two builds', () => {
  const layers = [labels('one'), files('two', 'a'), module_('make')];

  it('is nothing where they are equal, whatever their comments say', () => {
    const run = (reason: string) => ({ name: 'run', steps: [{ run: { reason, commands: ['true'] } }] });
    expect(say({ layers }, { layers })).toEqual([]);
    expect(say({ layers: [run('one')] }, { layers: [run('another')] })).toEqual([]);
  });

  it('is a layer that one of them lacks', () => {
    const fewer = layers.slice(0, 2);
    expect(say({ layers: fewer }, { layers })).toEqual(['it lacks the layer module']);
    expect(say({ layers }, { layers: fewer })).toEqual(['it has the layer module more']);
    expect(say({ layers: layers.slice(1) }, { layers })).toEqual(['it lacks the layer one']);
  });

  it("is a layer's content: of a file, of a stage, of its last step", () => {
    const with_ = (index: number, layer: object) => ({ layers: layers.with(index, layer as never) });
    expect(say({ layers }, with_(1, files('two', 'b')))).toEqual(['its layer two is another one']);
    expect(say({ layers }, with_(2, module_('make all')))).toEqual(['its layer module is another one']);
    expect(say({ layers: [labels('one')] }, { layers: [labels('one'), files('two', 'a')] })).toEqual([
      'it lacks the layer two',
    ]);
  });

  it('is the order of the layers', () => {
    expect(say({ layers }, { layers: layers.toReversed() })).toEqual(['its layers are in another order']);
  });

  it('is refresh, and a base of its own', () => {
    expect(say({ layers }, { layers, pool: { refresh: '2' } })).toEqual(['its refresh is another one']);
    expect(say({ layers }, { layers, pool: { base: `q.io/own@${OTHER}` } })).toEqual([
      expect.stringMatching(/^its base is q\.io\/base@sha256:a1.*, and not q\.io\/own@sha256:b2/),
    ]);
    const mirrored = `mirror.example.com/base@sha256:${'a1'.repeat(32)}`;
    expect(say({ layers }, { layers, pool: { base: mirrored } })).toEqual([]);
  });

  it('is the release, and not all that every layer has of it', () => {
    const older = { layers: [...layers, labels('more')], pool: { release: '4.18.21' } };
    expect(say({ layers }, older)).toEqual([
      'its release is 4.19.3, and not 4.18.21',
      'it lacks the layer more',
    ]);
  });

  it('is told by release and base, where dist/ no longer has the other build', () => {
    const { release, base } = made({ layers });
    expect(differences(made({ layers }), { release: '4.18.1', base })).toHaveLength(1);
    expect(differences(made({ layers, pool: { refresh: '2' } }), { release, base })).toEqual([]);
  });
});

describe('a promotion', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((text) => text.repeat(32)) as [string, string, string];
  const digest = (text: string) => `sha256:${text.repeat(64)}`;
  const leader: PoolBuild = {
    ...{ pool: 'canary/worker', target: 'machineConfig', by: 'local', build: A, image: 'q.io/canary/worker' },
  };
  const follower: PoolBuild = {
    ...leader,
    pool: 'prod/worker',
    follows: 'canary/worker',
    image: 'q.io/worker',
  };
  const pinned = ({ pool, image }: PoolBuild, build: string, text = '1'): Lock => {
    const base = `q.io/base@${digest('0')}`;
    const pin: Pinned = {
      image: image!,
      build,
      digest: digest(text),
      base,
      release: '4.19.3',
      origin: 'built',
    };
    return { ...EMPTY_LOCK, pools: { [pool]: pin } };
  };
  const { [leader.pool]: image } = pinned(leader, A).pools;
  const unpushed: Lock = { ...EMPTY_LOCK, unpushed: { [leader.pool]: image as Unpushed } };
  const { build: _, ...rest } = image!;
  const foreign: Lock = { ...EMPTY_LOCK, pools: { [leader.pool]: { ...rest, origin: 'operator' } } };
  const plan: Made = { release: '4.19.3', base: `q.io/base@${digest('0')}` };
  const outcome = (
    canary: Lock,
    {
      prod = EMPTY_LOCK,
      pair = { leader, follower },
      made = plan,
    }: Partial<{
      prod: Lock;
      pair: { leader: PoolBuild; follower: PoolBuild };
      made: Made;
    }> = {},
  ) =>
    promotionOf(
      pair,
      new Map([
        ['canary', canary],
        ['prod', prod],
      ]),
      (hash) => (hash === pair.follower.build ? made : undefined),
    );

  it('takes the digest that the leader is pinned to', () => {
    expect(outcome(pinned(leader, A))).toEqual({
      ...{ leader: 'canary/worker', follower: 'prod/worker', build: A, digest: digest('1') },
      ...{ from: 'q.io/canary/worker', to: 'q.io/worker', isDone: false },
    });
  });

  it('takes it though the leader is behind, for that is what was tried', () => {
    expect(outcome(pinned(leader, A), { pair: { leader: { ...leader, build: B }, follower } })).toMatchObject(
      {
        build: A,
      },
    );
  });

  it('is done where the follower has it, in the repository that it names', () => {
    expect(outcome(pinned(leader, A), { prod: pinned(follower, A) })).toMatchObject({ isDone: true });
    const elsewhere = { ...follower, image: 'q.io/before' };
    expect(outcome(pinned(leader, A), { prod: pinned(elsewhere, A) })).toMatchObject({ isDone: false });
  });

  it.each([
    ['a leader that was never pinned', EMPTY_LOCK, 'leader-unpinned'],
    ['an image that no registry has', unpushed, 'leader-unpinned'],
    ["an operator's image, which is of no build", foreign, 'leader-of-operator'],
    ['a leader pinned to what it no longer is, when both have moved on', pinned(leader, B), 'leader-behind'],
  ])('is refused for %s', (_, canary, code) => {
    expect(outcome(canary)).toMatchObject({ code, pool: 'canary/worker', key: 'name' });
  });

  it('sends to the pool that the leader itself follows', () => {
    const pair = { leader: { ...leader, follows: 'lab/worker' }, follower };
    expect(outcome(EMPTY_LOCK, { pair })).toMatchObject({
      hint: expect.stringContaining('`layers pin promote lab/worker canary/worker`'),
    });
  });

  it.each([
    ['4.18.9', 'Write release: "4.19.3" for it'],
    ['4.20.1', 'Write release: "4.20.1" for canary/worker first'],
  ])('to a pool of %s says who has to move', (release, hint) => {
    const pair = { leader, follower: { ...follower, build: C } };
    expect(outcome(pinned(leader, A), { pair, made: { ...plan, release } })).toMatchObject({
      code: 'promotion-differs',
      key: 'release',
      hint: expect.stringContaining(hint),
    });
  });

  it('to a pool that differs in what is not known any more says so', () => {
    const pair = { leader, follower: { ...follower, build: C } };
    expect(outcome(pinned(leader, A), { pair })).toMatchObject({
      code: 'promotion-differs',
      message: 'prod/worker is not what canary/worker is pinned to: its layers or its refresh are others',
    });
  });

  it('never takes another image of a build for the one that a pool has', () => {
    expect(outcome(pinned(leader, A), { prod: pinned(follower, A, '2') })).toMatchObject({
      code: 'promotion-conflict',
      pool: 'prod/worker',
    });
  });

  it('does not mind that another pool of the follower has another image of the build', () => {
    const master = { ...follower, pool: 'prod/master', image: 'q.io/master' };
    expect(outcome(pinned(leader, A), { prod: pinned(master, A, '2') })).toMatchObject({
      digest: digest('1'),
    });
  });
});
