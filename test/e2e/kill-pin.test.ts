import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, pool, release } from './support/documents.ts';
import { lockTexts } from './support/lock.ts';
import { numbers } from './support/numbers.ts';
import { start } from './support/running.ts';

const NAMES = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
const soak = process.env.LAYERS_SOAK === '1';
const seed = Number(process.env.LAYERS_SEED) || 1;

/** What is said of an image that is there. */
const KNOWN = /built before/;

let registry: Registry;
let workspace: Workspace;

/** The commit that every run starts from, and the tree that it is to come to; the locks of both; what a run takes to pin. */
let from: string;
let tree: string;
let before: Record<string, string>;
let after: Record<string, string>;
let time: number;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('kill-pin');
  await workspace.write('.gitignore', '.layers/\n');
  await given('one');
  await works('build', '--pin', '--commit');
  before = await lockTexts(workspace);
  await given('two');
  from = await revision('HEAD');
  // What is there already is only to be pinned.
  await works('build');
  const run = start(workspace, ['build', '--pin', '--commit']);
  await run.until(KNOWN);
  const started = performance.now();
  expect((await run.finished).code).toBe(0);
  time = performance.now() - started;
  after = await lockTexts(workspace);
  tree = await revision('HEAD^{tree}');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

async function given(text: string): Promise<void> {
  const base = release('4.18.3', await baseRef(registry));
  const pools = NAMES.map((name) =>
    pool(name, { image: `${registry.host}/os/${name}`, layers: [motd(`${name} ${text}`)] }),
  );
  await workspace.write('layers/pools.yaml', documents(base, ...pools));
  await works('synth');
  await workspace.commit(text);
}

async function works(...args: string[]): Promise<void> {
  const { code, stderr } = await workspace.layers(...args);
  expect(code, stderr).toBe(0);
}

const revision = async (name: string) => (await workspace.git('rev-parse', name)).trim();

describe('a run that is killed between a digest and its commit', {
  timeout: soak ? 3_600_000 : 300_000,
}, () => {
  it('leaves the lock whole, old or new, and the next run goes on', async () => {
    expect(Object.keys(after)).toEqual(NAMES.map((name) => `${name}.lock`).sort());
    const random = numbers(seed);
    const seen = { old: 0, new: 0 };
    for (let kill = 0; kill < (soak ? 200 : 20); kill++) {
      await workspace.git('reset', '--quiet', '--hard', from);
      const run = start(workspace, ['build', '--pin', '--commit']);
      await run.until(KNOWN);
      const moment = random() * time;
      if (!(await Promise.race([run.finished.then(() => true), sleep(moment, false)]))) run.signal('SIGKILL');
      await run.finished;
      const found = await lockTexts(workspace);
      const isNew = JSON.stringify(found) !== JSON.stringify(before);
      expect(found, `kill ${kill} after ${moment} ms`).toEqual(isNew ? after : before);
      seen[isNew ? 'new' : 'old']++;
      await works('build', '--pin', '--commit');
      expect(await revision('HEAD^{tree}')).toBe(tree);
      expect((await workspace.git('rev-list', '--count', `${from}..HEAD`)).trim()).toBe('1');
      expect(await workspace.git('status', '--porcelain')).toBe('');
    }
    // Else the moments are the wrong ones.
    expect(seen.old).toBeGreaterThan(0);
    expect(seen.new).toBeGreaterThan(0);
  });
});
