import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, motd, pool, release } from './support/documents.ts';
import { lockOf } from './support/lock.ts';
import { startProxy } from './support/proxy.ts';
import { layersWith, start } from './support/running.ts';
import { stateOf } from './support/state.ts';

let registry: Registry;
let workspace: Workspace;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('side-by-side');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

/** A layer whose command says so when it really runs, and not in the text of the step. */
function working(name: string, ...commands: string[]): object {
  return layer(name, {
    run: { reason: 'a test', commands: [`printf 'really %s\\n' ${name}`, `touch /etc/${name}`, ...commands] },
  });
}

/** The documents of some pools, in the place of all that were there. */
async function pools(
  to: Workspace,
  layers: object[],
  all: Record<string, (string | object)[]>,
  at = 'os',
  host = registry.host,
) {
  const image = (name: string) => `${host}/${at}/${name}`;
  await to.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      ...layers,
      ...Object.entries(all).map(([name, layers]) => pool(name, { image: image(name), layers })),
    ),
  );
  const synth = await to.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
}

async function forget(of: Workspace): Promise<void> {
  await rm(join(of.root, 'layers/lock'), { recursive: true, force: true });
  await rm(join(of.root, '.layers'), { recursive: true, force: true });
}

/** How often commands really ran, by the logs of all builds. */
async function ran({ root }: Workspace): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const folder = join(root, '.layers/logs');
  for (const name of await readdir(folder)) {
    for (const [, what] of (await readFile(join(folder, name), 'utf8')).matchAll(/^really (\S+)$/gm)) {
      counts[what!] = (counts[what!] ?? 0) + 1;
    }
  }
  return counts;
}

async function pinsOf(of: Workspace): Promise<string[]> {
  return Object.keys((await lockOf(of)).pools);
}

/** Engines that only tell that they were started. */
async function shims(): Promise<{ path: string; calls: () => Promise<string> }> {
  const path = await mkdtemp(join(tmpdir(), 'layers-shims-'));
  const log = join(path, 'calls');
  for (const name of ['buildah', 'podman', 'skopeo']) {
    await writeFile(join(path, name), `#!/bin/sh\necho ${name} "$@" >> ${log}\nexit 1\n`);
    await chmod(join(path, name), 0o755);
  }
  return { path, calls: () => readFile(log, 'utf8').catch(() => '') };
}

describe('builds side by side', { timeout: 300_000 }, () => {
  it.each(['buildah', 'podman'])('do what they share once, by %s', async (engine) => {
    const names = [`one-${engine}`, `two-${engine}`, `three-${engine}`];
    const [one, two, three] = names as [string, string, string];
    await forget(workspace);
    await pools(
      workspace,
      names.map((name) => working(name)),
      {
        alpha: [one, two, motd(`alpha ${engine}`)],
        beta: [one, two, three, motd(`beta ${engine}`)],
        gamma: [one, two, three, motd(`gamma ${engine}`)],
        delta: [one, motd(`delta ${engine}`)],
      },
    );
    const build = await workspace.layers('build', '--pin', '--jobs', '4', '--engine', engine);
    expect(build.code, build.stderr).toBe(0);
    expect(await ran(workspace)).toEqual({ [one]: 1, [two]: 1, [three]: 1 });
    // What each began with was in the cache, as the table says: of its layers, and of what ends the stage.
    expect(build.stderr).toMatch(/ {2}gamma +built +[0-9a-f]{12} +\d+s +3\/\d/);
    expect((await workspace.layers('check')).code).toBe(0);
  });

  it('of which nothing is to be built start no engine, and ask nobody', async () => {
    await forget(workspace);
    const all = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`pool-${index}`, ['shared']]));
    const layers = [working('shared')];
    await pools(workspace, layers, all, 'noop');
    const build = await workspace.layers('build', '--pin');
    expect(build.code, build.stderr).toBe(0);
    const { path, calls } = await shims();
    const before = (await registry.requests()).length;
    const again = await layersWith(workspace, { PATH: `${path}:${process.env.PATH}` }, 'build', '--pin');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('nothing to build');
    expect(await calls()).toBe('');
    expect((await registry.requests()).slice(before)).toEqual([]);
    await rm(path, { recursive: true });
  });

  it('are looked for by one question each, before an engine is looked for', async () => {
    await forget(workspace);
    const names = Array.from({ length: 12 }, (_, index) => `pool-${index}`);
    const all = Object.fromEntries(names.map((name) => [name, [motd(name)]]));
    const proxy = await startProxy(registry);
    // The first time the registry is busy, and then it takes three seconds.
    proxy.fate = (request) => (proxy.requests.filter((one) => one === request).length > 1 ? 'late' : 503);
    await pools(workspace, [], all, 'asked', proxy.host);
    const { path, calls } = await shims();
    const before = (await registry.requests()).length;
    const build = await layersWith(workspace, { PATH: `${path}:${process.env.PATH}` }, 'build', '--pin');
    expect(build.code, build.stderr).toBe(3);
    const asked = (await registry.requests()).slice(before);
    expect(
      asked.filter((line) => !/^HEAD \/v2\/asked\/pool-\d+\/manifests\/build-[0-9a-f]{32}$/.test(line)),
    ).toEqual([]);
    expect(new Set(asked).size).toBe(names.length);
    expect(asked).toHaveLength(names.length);
    expect(proxy.requests).toHaveLength(2 * names.length);
    // All at a time: one after the other, this were more than half a minute.
    expect(proxy.times.at(-1)! - proxy.times[0]!).toBeLessThan((names.length - 1) * 3000);
    await proxy.stop();
    expect(await calls()).not.toContain('skopeo');
    // It is the same for all of them.
    expect(build.stderr.match(/no-engine|engine-broken/g)?.length ?? 0).toBeLessThanOrEqual(2);
    await rm(path, { recursive: true });
  });
});

describe('a failure', { timeout: 300_000 }, () => {
  const broken = () => [working('fine'), working('broken', 'false')];
  const all = {
    alpha: ['fine', motd('alpha fails not')],
    beta: ['fine', 'broken', motd('beta')],
    gamma: ['fine', 'broken', motd('gamma')],
    omega: ['fine', motd('omega fails not')],
  };

  it('lets nothing else start, and nothing is pinned', async () => {
    await forget(workspace);
    await pools(workspace, broken(), { ...all, alpha: ['broken'] }, 'fast');
    const build = await workspace.layers('build', '--pin', '--jobs', '1');
    expect(build.code, build.stderr).toBe(3);
    expect(build.stdout).toBe('');
    expect(build.stderr).toMatch(/ {2}omega +not tried +- /);
    expect(await pinsOf(workspace)).toEqual([]);
  });

  it('with --keep-going keeps no other build from its pin; the same instruction fails once', async () => {
    await forget(workspace);
    await pools(workspace, broken(), all, 'going');
    const build = await workspace.layers('build', '--pin', '--keep-going', '--jobs', '3');
    expect(build.code, build.stderr).toBe(3);
    expect(build.stdout).toMatch(/^alpha {2}built {3}.*@sha256:/m);
    expect(build.stdout).toMatch(/^beta {3}failed$/m);
    expect(build.stderr).toContain('build-failed');
    expect(build.stderr).toContain('the build of gamma was not tried: it begins with what failed in beta');
    expect(await ran(workspace)).toEqual({ fine: 1, broken: 1 });
    expect(await pinsOf(workspace)).toEqual(['alpha', 'omega']);

    const data = await workspace.layers('build', '--no-fail-fast', '--output', 'json');
    expect(data.code).toBe(3);
    const events = data.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: 'failed' });
    const result = events.at(-2);
    expect(result.type).toBe('result');
    expect(result.pools.map((each: { result: string }) => each.result)).toEqual([
      'unchanged',
      'failed',
      'failed',
      'unchanged',
    ]);
  });

  it('is gone on from by --resume, with the pools and flags of then', async () => {
    await forget(workspace);
    await pools(workspace, broken(), all, 'resumed');
    const failing = await workspace.layers('build', '--pin', 'alpha', 'beta', '--jobs', '1');
    expect(failing.code).toBe(3);
    // A slip of the pen is nothing to go on with.
    expect((await workspace.layers('build', 'alhpa')).code).toBe(2);
    await pools(workspace, [working('fine'), working('broken')], all, 'resumed');
    const build = await workspace.layers('build', '--resume');
    expect(build.code, build.stderr).toBe(0);
    expect(build.stderr).toContain('going on with alpha, beta');
    expect(build.stderr).toContain('[alpha] built before');
    expect(await pinsOf(workspace)).toEqual(['alpha', 'beta']);
    expect((await workspace.layers('build', '--resume', 'alpha')).stderr).toContain('nothing to go on with');
  });
});

describe('two runs at a time', { timeout: 300_000 }, () => {
  const all = { alpha: ['slow', motd('two alpha')], beta: ['slow', motd('two beta')] };

  it('in one repository come one after the other', async () => {
    await forget(workspace);
    await pools(workspace, [working('slow', 'sleep 2')], all, 'two');
    const first = start(workspace, ['build', 'alpha', '--pin']);
    await first.until(/building with/);
    const second = start(workspace, ['build', '--pin']);
    const [one, other] = await Promise.all([first.finished, second.finished]);
    expect([one.code, other.code], `${one.stderr}\n${other.stderr}`).toEqual([0, 0]);
    expect(other.stderr).toContain(
      `waiting for another layers at work in this repository: process ${first.pid} `,
    );
    expect(other.stderr).toContain('[alpha] nothing to build');
    expect((await workspace.layers('check')).code).toBe(0);
  });

  it('in two repositories share the store, and what is in it', async () => {
    const twin = await createWorkspace('twin');
    try {
      const shared = { ...twin, env: workspace.env };
      for (const each of [workspace, shared]) {
        await forget(each);
        await each.write('.gitignore', '.layers/\n');
        await pools(
          each,
          [working('both')],
          { alpha: ['both', motd(each.root)], beta: ['both', motd('beta')] },
          each === shared ? 'twin' : 'first',
        );
        await each.commit('two pools');
      }
      const runs = [workspace, shared].map((each) => start(each, ['build', '--pin']).finished);
      for (const { code, stderr } of await Promise.all(runs)) expect(code, stderr).toBe(0);
      for (const each of [workspace, shared]) {
        const { temporary, containers, mounts, processes } = await stateOf(each);
        expect({ temporary, containers, mounts, processes }).toEqual({
          temporary: [],
          containers: '',
          mounts: [],
          processes: [],
        });
        expect((await start(each, ['check']).finished).code).toBe(0);
      }
    } finally {
      await twin.remove();
    }
  });
});

it('--jobs is a number of builds', async () => {
  for (const jobs of ['0', '1.5', 'many', '-1']) {
    const build = await workspace.layers('build', `--jobs=${jobs}`);
    expect(build.code, build.stderr).toBe(2);
    expect(build.stderr).toContain('jobs-form');
  }
});
