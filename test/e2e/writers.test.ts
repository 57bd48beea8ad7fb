import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GitServer, startGitDaemon } from '../fixtures/git-server.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import {
  type Checkout,
  commitsOn,
  imageOf,
  pinsOn,
  poolFile,
  type Shared,
  sharedRepository,
} from './support/pushing.ts';

const WRITERS = process.env.LAYERS_SOAK === '1' ? 20 : 6;

let registry: Registry;
let shared: Shared;
let daemon: GitServer;

beforeAll(async () => {
  registry = await startRegistry();
  shared = await sharedRepository('writers', registry, WRITERS);
  daemon = await startGitDaemon(shared.folder);
});

afterAll(async () => {
  await daemon?.stop();
  await shared?.remove();
  await registry?.stop();
});

afterEach(() => shared.hook('pre-receive', 'exit 0'));

const ARGS = ['--pin', '--adopt', '--push-commit', '--output', 'json'];

interface Outcome {
  readonly code: number | null;
  readonly events: { readonly type: string; readonly [key: string]: unknown }[];
  readonly stderr: string;
}

async function build(checkout: Checkout, pool: string): Promise<Outcome> {
  const { code, stdout, stderr } = await checkout.layers('build', pool, ...ARGS);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { code, events, stderr };
}

function clones(branch: string): Promise<Checkout[]> {
  const url = `${daemon.url}/os-layers.git`;
  return Promise.all(shared.pools.map((pool) => shared.clone(`${branch}-${pool}`, url, '--branch', branch)));
}

const rejections = (outcomes: Outcome[]) =>
  outcomes.flatMap(({ events }) => events).filter(({ type }) => type === 'push-rejected').length;

async function expectAll(branch: string): Promise<void> {
  const commits = await commitsOn(shared, branch);
  expect(commits.map(({ subject }) => subject).sort()).toEqual(
    shared.pools.map((pool) => `chore(layers): pin ${pool}`).sort(),
  );
  expect(commits.every(({ parents }) => parents === 1)).toBe(true);
  const pins = await pinsOn(shared, branch);
  expect(Object.keys(pins).sort()).toEqual([...shared.pools].sort());
  for (const pool of shared.pools) expect(pins[pool]).toContain(`${imageOf(registry, pool)}@sha256:`);
  // What is there is whole: the locks and dist/ say the same.
  const reader = await shared.clone(`${branch}-reader`, shared.bare, '--branch', branch);
  const check = await reader.layers('check');
  expect(check.code, check.stderr).toBe(0);
}

describe(`${WRITERS} writers at once, each a pool`, { timeout: 600_000 }, () => {
  it('all land: a commit each, no merge, no pin lost', async () => {
    await shared.branch('all');
    const outcomes = await Promise.all(
      (await clones('all')).map((each, index) => build(each, `pool-${index}`)),
    );
    for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0);
    // Else nothing was tried here.
    expect(rejections(outcomes)).toBeGreaterThan(0);
    await expectAll('all');
  });

  it('all land where the other side rejects pushes for reasons of its own', async () => {
    await shared.branch('moody');
    const count = join(shared.folder, 'count');
    await writeFile(count, '0');
    // Two of three, so that no writer meets it six times without another one getting through.
    const mood = `exec 9>"${count}.lock"; flock 9; n=$(($(cat "${count}") + 1)); echo $n > "${count}"
[ $((n % 3)) -eq 0 ] || { echo "not in the mood" >&2; exit 1; }`;
    await shared.hook('pre-receive', mood);
    const outcomes = await Promise.all(
      (await clones('moody')).map((each, index) => build(each, `pool-${index}`)),
    );
    for (const { code, stderr } of outcomes) expect(code, stderr).toBe(0);
    expect(rejections(outcomes)).toBeGreaterThanOrEqual(WRITERS);
    await shared.hook('pre-receive', 'exit 0');
    await expectAll('moody');
  });

  it('whose sources change meanwhile are superseded, and say so; the others land', async () => {
    await shared.branch('changing');
    const checkouts = await clones('changing');
    const changed = shared.pools.filter((_, index) => index % 2 === 1);
    const author = await shared.clone('changing-author', shared.bare, '--branch', 'changing');
    for (const pool of changed)
      await author.write(`layers/${pool}.yaml`, poolFile(registry, pool, `${pool} is another`));
    expect((await author.layers('synth')).code).toBe(0);
    await author.git('add', '--all');
    await author.git('commit', '--quiet', '-m', 'other layers');
    await author.git('push', '--quiet');
    const outcomes = await Promise.all(checkouts.map((each, index) => build(each, `pool-${index}`)));
    for (const [index, { code, events, stderr }] of outcomes.entries()) {
      const pool = `pool-${index}`;
      const isChanged = changed.includes(pool);
      expect(code, stderr).toBe(isChanged ? 1 : 0);
      if (!isChanged) continue;
      expect(events.at(-2)).toMatchObject({
        type: 'result',
        superseded: [{ pool, why: 'its inputs are others' }],
      });
      expect(events.at(-1)).toMatchObject({ type: 'failed', diagnostics: [{ code: 'superseded' }] });
    }
    const pins = await pinsOn(shared, 'changing');
    expect(Object.keys(pins).sort()).toEqual(shared.pools.filter((pool) => !changed.includes(pool)).sort());
    const commits = await commitsOn(shared, 'changing');
    expect(commits).toHaveLength(1 + WRITERS - changed.length);
    expect(commits.every(({ parents }) => parents === 1)).toBe(true);
  });
});
