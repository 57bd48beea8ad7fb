import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, motd, pool, release } from './support/documents.ts';
import { numbers } from './support/numbers.ts';
import { layersWith, start } from './support/running.ts';
import { commandLines, stateOf } from './support/state.ts';

let registry: Registry;
let workspace: Workspace;
let twin: Workspace;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('killed');
  const other = await createWorkspace('undisturbed');
  // One store, so that what is compared is what we do, and not how often a step was run.
  twin = { ...other, layers: (...args) => start(twin, args).finished, env: workspace.env };
  for (const each of [workspace, twin]) {
    await each.write('.gitignore', '.layers/\n');
    await each.commit('a repository');
  }
});

afterAll(async () => {
  await workspace?.remove();
  await twin?.remove();
  await registry?.stop();
});

/** Two pools that share a layer, and that nobody built before. */
async function twoPools(to: Workspace, mark: string, commands: string[] = []): Promise<void> {
  const image = (name: string) => `${registry.host}/${to === twin ? 'twin' : 'killed'}/${name}`;
  const shared = { run: { reason: 'a test', commands: [`echo ${mark} > /etc/shared`, ...commands] } };
  await to.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      layer('shared', shared),
      ...['worker', 'infra'].map((name) =>
        pool(name, { image: image(name), layers: ['shared', motd(`${name} ${mark}`)] }),
      ),
    ),
  );
  await rm(join(to.root, 'layers/lock'), { recursive: true, force: true });
  await rm(join(to.root, 'dist'), { recursive: true, force: true });
  const synth = await to.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await to.commit(mark);
}

/** What is to be nobody's any more. */
async function leftOf(of: Workspace) {
  const { temporary, containers, mounts, processes } = await stateOf(of);
  return { temporary, containers, mounts, processes };
}

const NOTHING = { temporary: [], containers: '', mounts: [], processes: [] };

/** The lock and `dist/` without what two builds of the same input differ in: digests, and here the registry's folder. */
async function outcomeOf(of: Workspace): Promise<Record<string, string>> {
  const { files } = await stateOf(of);
  const texts = Object.keys(files).map(async (file) => {
    const text = await of.read(file);
    return [
      file,
      text.replaceAll(/@?sha256:[0-9a-f]{64}/g, 'DIGEST').replaceAll('/twin/', '/killed/'),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const soak = process.env.LAYERS_SOAK === '1';
const seeds = Number(process.env.LAYERS_SEED) || 1;

describe('a run that is killed', { timeout: soak ? 3_600_000 : 300_000 }, () => {
  const sleeping = ['sh -c \'trap "" TERM; sleep 76543; sleep 76543\''];
  const sleepers = () => commandLines('sleep 76543');

  afterEach(async () => {
    // A failed test's processes would be the next one's failure.
    for (const group of await groupsOf('sleep 76543')) process.kill(-group, 'SIGKILL');
  });

  /** A build in the middle of a step. */
  async function startSleeping(mark: string, engine: string) {
    await twoPools(workspace, mark, sleeping);
    const build = start(workspace, ['build', '--pin', '--engine', engine]);
    await expect.poll(sleepers, { timeout: 60_000 }).not.toEqual([]);
    return build;
  }

  it.each(['buildah', 'podman'])('takes %s with it', async (engine) => {
    const build = await startSleeping(`sleeping ${engine}`, engine);
    build.signal('SIGKILL');
    await build.finished;
    await expect.poll(sleepers, { timeout: 20_000 }).toEqual([]);
    await expect.poll(async () => (await leftOf(workspace)).processes, { timeout: 20_000 }).toEqual([]);
  });

  it.each(['buildah', 'podman'])('with %s leaves containers, which the next one removes', async (engine) => {
    const build = await startSleeping(`killed ${engine}`, engine);
    const groups = await groupsOf('sleep 76543');
    build.signal('SIGKILL');
    for (const group of groups) process.kill(-group, 'SIGKILL');
    await build.finished;
    expect((await leftOf(workspace)).containers).not.toBe('');
    // Somebody else's container is somebody else's.
    const from = ['from', '--quiet', '--tls-verify=false', await baseRef(registry)];
    const other = (await run('buildah', from, { env: workspace.env })).trim();
    await twoPools(workspace, `after ${engine}`);
    const next = await workspace.layers('build', '--pin', '--engine', engine);
    expect(next.code, next.stderr).toBe(0);
    const list = ['containers', '--all', '--noheading', '--format', '{{.ContainerName}}'];
    expect((await run('buildah', list, { env: workspace.env })).trim()).toBe(other);
    await run('buildah', ['rm', other], { env: workspace.env });
    expect(await leftOf(workspace)).toEqual(NOTHING);
  });

  it('in the middle of a step is not waited for: the next one ends what it still does', async () => {
    const build = await startSleeping('at once', 'buildah');
    build.signal('SIGKILL');
    await build.finished;
    await twoPools(workspace, 'at once, again');
    const next = await workspace.layers('build', '--pin');
    expect(next.code, next.stderr).toBe(0);
    expect(await sleepers()).toEqual([]);
    expect(await leftOf(workspace)).toEqual(NOTHING);
  });

  it('leaves no secrets', async () => {
    const env = { XDG_RUNTIME_DIR: join(workspace.root, '../memory') };
    await mkdir(env.XDG_RUNTIME_DIR);
    const memory = () => readdir(env.XDG_RUNTIME_DIR);
    await twoPools(workspace, 'secret');
    await workspace.write(
      'layers/more.yaml',
      documents(
        pool('secret', {
          image: `${registry.host}/killed/secret`,
          layers: [
            {
              name: 'slow',
              steps: [{ entitlement: {} }, { run: { reason: 'x', commands: ['sleep 76543'] } }],
            },
          ],
        }),
      ),
    );
    await workspace.write('../entitlement/1.pem', 'a certificate\n');
    await workspace.layers('synth');
    const entitlement = join(workspace.root, '../entitlement');
    const build = start(workspace, ['build', 'secret', '--entitlement', entitlement], env);
    await expect.poll(sleepers, { timeout: 60_000 }).not.toEqual([]);
    expect(await memory()).toContainEqual(expect.stringMatching(/^layers-/));
    build.signal('SIGKILL');
    await build.finished;
    expect((await layersWith(workspace, env, 'build', 'worker')).code).toBe(0);
    expect((await memory()).filter((name) => name.startsWith('layers-'))).toEqual([]);
    await rm(join(workspace.root, 'layers/more.yaml'));
  });

  it.each(
    Array.from({ length: soak ? 100 : 4 }, (_, index) => seeds + index),
  )('at a random moment (seed %d) is gone on from by --resume, to what an undisturbed one comes to', async (seed) => {
    const random = numbers(seed);
    const mark = `seed ${seed} ${Date.now()}`;
    const engine = random() < 0.7 ? 'buildah' : 'podman';
    await twoPools(workspace, mark, ['sleep 0.5']);
    const kills = random() < 0.25 ? 2 : 1;
    for (let kill = 0; kill < kills; kill++) {
      const build = start(workspace, [
        'build',
        '--pin',
        '--engine',
        engine,
        ...(kill > 0 ? ['--resume'] : []),
      ]);
      // A whole run takes about so long, and longer on a busy machine.
      const moment = random() * 5000;
      const isOver = await Promise.race([build.finished.then(() => true), sleep(moment, false)]);
      if (!isOver) build.signal('SIGKILL');
      await build.finished;
    }
    const resumed = await workspace.layers('build', '--pin', '--engine', engine, '--resume');
    expect(resumed.code, resumed.stderr).toBe(0);
    await expect.poll(() => leftOf(workspace), { timeout: 20_000 }).toEqual(NOTHING);
    expect((await workspace.layers('check')).code).toBe(0);

    await twoPools(twin, mark, ['sleep 0.5']);
    const undisturbed = await twin.layers('build', '--pin', '--engine', engine);
    expect(undisturbed.code, undisturbed.stderr).toBe(0);
    expect(await outcomeOf(workspace)).toEqual(await outcomeOf(twin));
    for (const name of ['worker', 'infra']) {
      const manifest = await workspace.read(`dist/${name}.k8s.yaml`);
      const image = /osImageURL: (\S+)/.exec(manifest)![1]!;
      expect(await workspace.inImage(image, 'cat', '/etc/shared', '/etc/motd')).toBe(
        `${mark}\n${name} ${mark}\n`,
      );
    }
  });
});

/** The process groups of what has this in its command line. */
async function groupsOf(part: string): Promise<Set<number>> {
  const groups = new Set<number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!line.replaceAll('\0', ' ').includes(part)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
    if (group > 1) groups.add(group);
  }
  return groups;
}
