import { statfsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BuildEvent } from '../../src/build/events.ts';
import { type Space, withSpace } from '../../src/build/free-space.ts';
import type { Engine } from '../../src/engines/engine.ts';
import type { BuildPlan } from '../../src/plan/plan.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layers-space-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** A build whose base takes this share of what is free, in storage and where layers are while they come together. */
async function build(name: string, share: number, space: Space, work = async () => {}) {
  const { bavail, bsize } = statfsSync(folder);
  const events: BuildEvent[] = [];
  const registries = { sizeOf: async () => (bavail * bsize * share) / 2 };
  const engine = { storage: async () => ({ folder, hasImage: share === 0 }) };
  await withSpace(
    { registries: registries as never, space, onEvent: (event) => events.push(event) },
    engine as unknown as Engine,
    { plan: { hash: name, base: `example.com/${name}` } as BuildPlan, pools: name, scratch: folder },
    work,
  );
  return events;
}

const noSpace = (text: string) =>
  expect.objectContaining({ message: expect.stringContaining(text), code: 'no-space' });

it('a base that does not fit is refused', async () => {
  await expect(build('a', 1.5, new Set())).rejects.toMatchObject({
    diagnostics: [noSpace('free, and the base of a alone takes')],
  });
});

it('what builds that run have yet to take is not free, and it is once they are done', async () => {
  const space: Space = new Set();
  await build('a', 0.6, space, async () => {
    await expect(build('b', 0.6, space)).rejects.toMatchObject({
      diagnostics: [noSpace('of which builds that run may take')],
    });
    expect(await build('c', 0.1, space)).toContainEqual(
      expect.objectContaining({ type: 'low-space', hash: 'c' }),
    );
  });
  expect(space.size).toBe(0);
  await build('b', 0.6, space);
});

it('a build that failed takes no more', async () => {
  const space: Space = new Set();
  const failing = async () => {
    throw new Error('it failed');
  };
  await expect(build('a', 0.6, space, failing)).rejects.toThrow('it failed');
  expect(space.size).toBe(0);
});
