import { describe, expect, it } from 'vitest';
import { branchFor } from '../../src/actions/delivery-place.ts';
import { messageOf, movesOf, NO_MOVES } from '../../src/actions/pin-moves.ts';
import { pullRequestBody, titleOf } from '../../src/actions/pull-request.ts';
import { EMPTY_LOCK, type Lock } from '../../src/spec/lock.ts';

const sum = (digit: string) => `sha256:${digit.repeat(64)}`;

function lockOf(digit: string, release = '4.18.3'): Lock {
  const pin = {
    image: 'registry.example.com/os/worker',
    build: digit.repeat(32),
    digest: sum(digit),
    base: `registry.example.com/base@${sum('9')}`,
    release,
    origin: 'built' as const,
  };
  return { ...EMPTY_LOCK, pools: { worker: pin } };
}

describe('what moves', () => {
  it('is nothing where the image is the same', () => {
    expect(movesOf('worker', lockOf('1'), lockOf('1'))).toEqual(NO_MOVES);
  });

  it('has what was before', () => {
    const { pins } = movesOf('worker', lockOf('1'), lockOf('2'));
    expect(pins).toMatchObject([{ pool: 'worker', digest: sum('2'), before: { digest: sum('1') } }]);
  });

  it('is said in a subject of ours or of theirs, with all trailers in one block at the end', () => {
    const moves = movesOf('worker', EMPTY_LOCK, lockOf('2'));
    const pin = `Layers-Pin: worker registry.example.com/os/worker@${sum('2')} build ${'2'.repeat(32)}`;
    expect(messageOf(moves, { verb: 'promote' })).toBe(`chore(layers): promote worker\n\n${pin}`);
    const options = { verb: 'pin', message: 'Ours\n\nWhy.\n', trailers: ['Change: 7'] };
    expect(messageOf(moves, options)).toBe(`Ours\n\nWhy.\n\n${pin}\nChange: 7`);
    expect(messageOf(NO_MOVES, { verb: 'pin' })).toBe('chore(layers): write dist/ anew');
  });
});

describe("an operator's image", () => {
  const { build, base, release, ...rest } = lockOf('3').pools.worker!;
  const machineOSBuild = `infra-${'3'.repeat(32)}`;
  const foreign: Lock = {
    ...EMPTY_LOCK,
    pools: { worker: { ...rest, machineOSBuild, origin: 'operator' } },
  };

  it('is told by its MachineOSBuild in the place of a build', () => {
    const message = messageOf(movesOf('worker', lockOf('1'), foreign), { verb: 'pin' });
    expect(message).toContain(`@${sum('3')} operator ${machineOSBuild}`);
  });

  it('is told to who reviews it, with what is not known of it', () => {
    const body = pullRequestBody(movesOf('worker', lockOf('1'), foreign));
    expect(body).toContain('4.18.3 → unknown');
    expect(body).toContain('and not from git: `worker`.');
    expect(pullRequestBody(movesOf('worker', foreign, lockOf('1')))).toContain('| 4.18.3 |');
  });
});

describe('a hold', () => {
  it('is said when it begins, and when it ends', () => {
    const free = lockOf('1');
    const hold = { digest: sum('1'), reason: 'RHEL-1' };
    const held = { ...free, pools: { worker: { ...free.pools.worker!, hold } } };
    const begins = movesOf('worker', free, held);
    expect(messageOf(begins, { verb: 'hold' })).toMatch(
      /^chore\(layers\): hold worker\n\nLayers-Hold: worker .*RHEL-1/,
    );
    expect(pullRequestBody(begins)).toContain('- `worker` is held: ');
    const ends = movesOf('worker', held, free);
    expect(messageOf(ends, { verb: 'release' })).toBe(
      'chore(layers): release worker\n\nLayers-Release: worker',
    );
  });
});

describe("a pull request's text", () => {
  it('has the old and the new of each pool, and the sections that it is given', () => {
    const moves = movesOf('worker', lockOf('1'), lockOf('2', '4.19.3'));
    expect(titleOf(moves, 'pin')).toBe('Pin worker');
    expect(pullRequestBody(moves, ['## Packages\n\nnone\n'])).toBe(`Pool | From | To | Release | Base | Image
---|---|---|---|---|---
\`worker\` | \`111111111111\` | \`222222222222\` | 4.18.3 → 4.19.3 | \`999999999999\` | \`registry.example.com/os/worker@${sum('2')}\`

Merging this rolls the images out: the nodes of these pools reboot.

## Packages

none
`);
  });

  it('says so where nothing moves', () => {
    expect(pullRequestBody(NO_MOVES)).toBe('No pin changes.\n');
  });
});

describe('the branch of a set of pools', () => {
  it('is the same in any order, and another one for other pools', () => {
    expect(branchFor(['b', 'a'])).toBe(branchFor(['a', 'b']));
    expect(branchFor(undefined)).toBe('layers/pin-all');
    const sets = [['a/b-c'], ['a-b/c'], ['a', 'b'], ['a', 'c'], ['a']];
    expect(new Set(sets.map(branchFor)).size).toBe(sets.length);
    expect(branchFor(['prod-1/worker'])).toMatch(/^layers\/pin-prod-1-worker-[0-9a-f]{8}$/);
  });
});
