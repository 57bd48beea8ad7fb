import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCK } from '../../src/spec/lock.ts';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, motd, type PoolOptions, pool, release } from './support/documents.ts';
import { lockOf, lockTexts } from './support/lock.ts';
import { layersWith } from './support/running.ts';

let registry: Registry;
let workspace: Workspace;
let base: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('destinations');
  base = await baseRef(registry);
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

type Pools = Record<string, Omit<PoolOptions, 'image'> & { image?: string }>;

/** A repository with these pools and no pins, or with those that it has. */
async function given(pools: Pools, { keepPins = false, more = [] as object[] } = {}): Promise<void> {
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', base),
      ...Object.entries(pools).map(([name, options]) =>
        pool(name, { ...options, image: `${registry.host}/os/${options.image ?? name}` }),
      ),
      ...more,
    ),
  );
  if (!keepPins) await rm(join(workspace.root, LOCK), { recursive: true, force: true });
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await workspace.git('add', '--all');
  await workspace.git('commit', '--quiet', '--allow-empty', '--message', 'pools');
}

/** Runs a build that works. */
async function build(...args: string[]): Promise<Finished> {
  const result = await workspace.layers('build', ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

/** A build that is to work without any engine or skopeo. */
async function buildWithoutEngine(...args: string[]): Promise<Finished> {
  const result = await layersWith(workspace, { PATH: '/nonexistent' }, 'build', ...args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function osImageOf(name: string): Promise<string | undefined> {
  const text = await workspace.read(`dist/${name}.k8s.yaml`).catch(() => '');
  return /osImageURL: (\S+)/.exec(text)?.[1];
}

async function buildOf(name: string): Promise<string> {
  return JSON.parse(await workspace.read(`dist/${name}.build`)).build;
}

async function inspect(ref: string): Promise<{ Digest: string; Labels: Record<string, string> }> {
  const tls = ref.startsWith('docker://') ? ['--tls-verify=false'] : [];
  return JSON.parse(await run('skopeo', ['inspect', ...tls, ref]));
}

describe('--no-push', () => {
  it('keeps an OCI layout here, which git ignores in a repository without a .gitignore too, and pins nothing', async () => {
    await given({ kept: { layers: [motd('kept')] } });
    const { stdout } = await build('--no-push');
    const hash = await buildOf('kept');
    const image = await inspect(`oci:${join(workspace.root, '.layers/images', hash)}:${hash}`);
    expect(image.Labels).toMatchObject({ 'cdk8s-os-layers/build': hash });
    expect(stdout).toBe(`kept  built  ${image.Digest} (not pushed)\n`);
    expect(await registry.requests()).not.toContainEqual(expect.stringContaining('/os/kept/blobs/uploads'));
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });

  it('with --pin records it as not pushed, and no osImageURL comes of it', async () => {
    const pinned = await build('--no-push', '--pin', '--commit');
    expect(pinned.stderr).not.toContain('building with');
    expect(pinned.stderr).toContain('committed');
    const hash = await buildOf('kept');
    expect(await lockOf(workspace)).toMatchObject({ unpushed: { kept: { build: hash } }, pools: {} });
    expect(await osImageOf('kept')).toBeUndefined();
    expect(await workspace.git('log', '-1', '--format=%B')).toContain(
      `chore(layers): record builds that were not pushed\n\nLayers-Build: ${hash} sha256:`,
    );
    expect((await buildWithoutEngine('--no-push', '--pin')).stderr).toContain('the lock has it already');
  });

  it('and a later build pushes those bytes, without another build', async () => {
    const hash = await buildOf('kept');
    const { digest } = (await lockOf(workspace)).unpushed.kept!;
    const pushed = await build('--pin', '--commit');
    expect(pushed.stderr).not.toContain('building with');
    expect(pushed.stdout).toBe(`kept  copied  ${registry.host}/os/kept@${digest}\n`);
    expect(await lockOf(workspace)).toMatchObject({ pools: { kept: { build: hash, digest } }, unpushed: {} });
    expect(await osImageOf('kept')).toBe(`${registry.host}/os/kept@${digest}`);
    expect(await inspect(`docker://${registry.host}/os/kept@${digest}`)).toMatchObject({ Digest: digest });
  });

  it('takes nothing back: what was pushed stays pinned', async () => {
    const before = await lockTexts(workspace);
    await build('--no-push', '--pin');
    expect(await lockTexts(workspace)).toEqual(before);
    expect(await osImageOf('kept')).toContain('@sha256:');
  });
});

describe('equal builds', () => {
  it('of two pools with different repositories are made once, and copied with their digest', async () => {
    await given({ alpha: { layers: [motd('equal')] }, beta: { layers: [motd('equal')] } });
    const { stderr } = await build('--pin');
    expect(stderr.match(/building with/g)).toHaveLength(1);
    const [alpha, beta] = [await osImageOf('alpha'), await osImageOf('beta')];
    expect(alpha!.split('@')[1]).toBe(beta!.split('@')[1]);
    expect(beta).toContain(`${registry.host}/os/beta@`);
    expect((await inspect(`docker://${beta}`)).Digest).toBe(beta!.split('@')[1]);
  });

  it('of a pool that comes later are copied, by no engine', async () => {
    const pools: Pools = {
      alpha: { layers: [motd('equal')] },
      beta: { layers: [motd('equal')] },
      gamma: { layers: [motd('equal')] },
    };
    await given(pools, { keepPins: true });
    const digest = (await osImageOf('alpha'))!.split('@')[1];
    const bin = await skopeoOnly();
    const result = await layersWith(workspace, { PATH: bin }, 'build', '--pin');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toBe(
      [
        `alpha  unchanged  ${registry.host}/os/alpha@${digest}`,
        `beta   unchanged  ${registry.host}/os/beta@${digest}`,
        `gamma  copied     ${registry.host}/os/gamma@${digest}`,
        '',
      ].join('\n'),
    );
    expect(await osImageOf('gamma')).toBe(`${registry.host}/os/gamma@${digest}`);
  });

  it('follow a pool whose repository changed: behind until the next pin, then copied', async () => {
    await given({ alpha: { layers: [motd('equal')], image: 'moved' } }, { keepPins: true });
    const before = await osImageOf('alpha');
    expect(before).toContain('/os/alpha@');
    const check = await workspace.layers('check');
    expect(check.code).toBe(1);
    expect(check.stderr).toContain('pin-behind');
    const { stderr } = await build('--pin');
    expect(stderr).toContain('[alpha] built before');
    expect(await osImageOf('alpha')).toBe(before!.replace('/os/alpha@', '/os/moved@'));
    expect((await inspect(`docker://${await osImageOf('alpha')}`)).Digest).toBe(before!.split('@')[1]);
  });

  it('come back, when a layer goes back to what it was, on a machine that knows nothing but the lock', async () => {
    const before = await osImageOf('alpha');
    await given({ alpha: { layers: [motd('another')], image: 'moved' } }, { keepPins: true });
    await build('--pin');
    expect(await osImageOf('alpha')).not.toBe(before);
    await given({ alpha: { layers: [motd('equal')], image: 'moved' } }, { keepPins: true });
    await rm(join(workspace.root, '.layers'), { recursive: true });
    await buildWithoutEngine('--pin');
    expect(await osImageOf('alpha')).toBe(before);
  });

  it('are found where they are, though another registry that the lock names is gone', async () => {
    const digest = (await osImageOf('alpha'))!.split('@')[1]!;
    // A registry that nobody answers for has it as well, as the lock says; its pool comes first.
    const gone = '127.0.0.1:9/os/aaa';
    const text = await workspace.read('layers/lock/alpha.lock');
    await workspace.write('layers/lock/aaa.lock', text.replace(/image: .*/, `image: ${gone}`));
    await given({ alpha: { layers: [motd('equal')], image: 'moved-again' } }, { keepPins: true });
    await build('--pin');
    expect(await osImageOf('alpha')).toBe(`${registry.host}/os/moved-again@${digest}`);
  });
});

describe('what is built already', () => {
  it('is not built again by a --pin after a build without it, nor by any after that', async () => {
    await given({ twice: { layers: [motd('twice')] } });
    const first = await build();
    expect(first.stderr).toContain('pushed and verified');
    expect(await osImageOf('twice')).toBeUndefined();
    const second = await buildWithoutEngine('--pin');
    expect(second.stderr).toContain('[twice] built before');
    expect(await osImageOf('twice')).toContain('@sha256:');
    await rm(join(workspace.root, '.layers'), { recursive: true });
    const third = await buildWithoutEngine('--pin', '--output', 'json');
    expect(JSON.parse(third.stdout.trim().split('\n').at(-1)!)).toMatchObject({
      type: 'result',
      pinned: false,
      pools: [{ pool: 'twice', result: 'unchanged' }],
    });
  });

  it('by somebody else is refused with a hint, and taken by --adopt after a look at it', async () => {
    const digest = (await osImageOf('twice'))!.split('@')[1];
    await rm(join(workspace.root, LOCK), { recursive: true });
    await workspace.layers('synth');
    const refused = await workspace.layers('build', '--pin');
    expect(refused.code, refused.stderr).toBe(4);
    expect(refused.stderr).toContain('tag-exists');
    expect(refused.stderr).toContain(`--adopt takes ${digest} after checking it`);
    const adopted = await buildWithoutEngine('--pin', '--adopt');
    expect(adopted.stdout).toBe(`twice  adopted  ${registry.host}/os/twice@${digest}\n`);
    expect((await lockOf(workspace)).pools.twice).toMatchObject({
      build: await buildOf('twice'),
      digest,
      origin: 'adopted',
    });
  });

  it('is refused where the image under its tag is another one', async () => {
    await given({ impostor: { layers: [motd('the real one')] } });
    const tag = `docker://${registry.host}/os/impostor:build-${await buildOf('impostor')}`;
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    await run('skopeo', ['copy', '--quiet', ...tls, `docker://${await twiceImage()}`, tag]);
    const { code, stderr } = await workspace.layers('build', '--pin', '--adopt');
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('image-mismatch');
    expect(stderr).toContain(await buildOf('impostor'));
  });

  it('is not pushed over where its tag appears while it is built', async () => {
    const steps = [{ run: { reason: 'time for somebody else', commands: ['sleep 5'] } }];
    await given({ raced: { layers: [{ name: 'slow', steps }] } });
    const hash = await buildOf('raced');
    const building = workspace.layers('build', '--pin');
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const tag = `docker://${registry.host}/os/raced:build-${hash}`;
    await expect
      .poll(() => workspace.read(`.layers/logs/${hash}.log`).catch(() => ''), { timeout: 60_000 })
      .toContain('STEP 2/');
    await run('skopeo', ['copy', '--quiet', ...tls, `docker://${await twiceImage()}`, tag]);
    const { code, stderr } = await building;
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('tag-exists');
    expect((await inspect(tag)).Digest).toBe((await twiceImage()).split('@')[1]);
  });
});

/** An image that has nothing to do with the pool at hand. */
async function twiceImage(): Promise<string> {
  const tags = await run('skopeo', ['list-tags', '--tls-verify=false', `docker://${registry.host}/os/twice`]);
  const tag = `${registry.host}/os/twice:${JSON.parse(tags).Tags[0]}`;
  return `${registry.host}/os/twice@${(await inspect(`docker://${tag}`)).Digest}`;
}

/** A folder for $PATH that has skopeo, and no engine. */
async function skopeoOnly(): Promise<string> {
  const bin = join(workspace.root, '../bin');
  await mkdir(bin, { recursive: true });
  const skopeo = (await run('which', ['skopeo'])).trim();
  await writeFile(join(bin, 'skopeo'), `#!/bin/sh\nexec ${skopeo} "$@"\n`, { mode: 0o755 });
  return bin;
}

describe('pools', () => {
  const cluster = {
    ...{ kind: 'Pool', name: 'on-cluster', release: '4.18.3', layers: ['shared'] },
    target: {
      machineOSConfig: {
        renderedImagePushSpec: 'registry.example.com/os/image:latest',
        renderedImagePushSecret: { name: 'push' },
      },
    },
  };
  const more = [layer('shared', { files: [{ path: '/etc/shared', content: 'x\n' }] }), cluster];

  it('are those named, and no others', async () => {
    await given({ one: { layers: [motd('one')] }, two: { layers: [motd('two')] } }, { more });
    const { stderr, stdout } = await build('two', '--pin');
    expect(stderr).toContain('[two] pushed and verified');
    expect(stderr).not.toContain('one');
    expect(stdout).toMatch(/^two {2}built {2}\S+\n$/);
    expect(Object.keys((await lockOf(workspace)).pools)).toEqual(['two']);
  });

  it('of a machineOSConfig are named as built by the cluster, and skipped where they are not to be tried', async () => {
    const { stderr, stdout } = await build('two', 'on-cluster', '--no-preflight');
    expect(stderr).toContain('[on-cluster] built by the cluster, from its MachineOSConfig');
    expect(stdout).toContain('on-cluster  skipped    built by the cluster\n');
    expect(stdout).toMatch(/^two {9}unchanged {2}\S+@sha256:\S+$/m);
  });

  it('are reported as data where --output json is given: every line, and nothing else', async () => {
    const { stdout, stderr } = await build(
      '--pin',
      '--output',
      'json',
      '--engine',
      'podman',
      '--no-preflight',
    );
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(stderr).toBe('');
    // How much of a push is out is told of those that take a while.
    const types = lines.map(({ type }) => type).filter((type) => type !== 'sent');
    expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
      'skipped',
      'up-to-date',
      'queued',
      'started',
      'step',
      'push',
      'finished',
      'result',
    ]);
    expect(lines.find(({ type }) => type === 'started')).toMatchObject({ engine: 'podman', pools: ['one'] });
    expect(lines.at(-1)).toMatchObject({
      pinned: true,
      pools: [
        { pool: 'on-cluster', result: 'skipped' },
        { pool: 'one', result: 'built', pushed: true },
        { pool: 'two', result: 'unchanged' },
      ],
    });
    expect((await inspect(`docker://${await osImageOf('one')}`)).Digest).toBe(
      (await osImageOf('one'))!.split('@')[1],
    );
  });

  it('that fail are reported as data, too', async () => {
    await given({ bad: { layers: [{ name: 'bad', steps: [{ packages: { install: ['nothing'] } }] }] } });
    const { code, stdout, stderr } = await workspace.layers('build', '--pin', '--output', 'json');
    expect(code).toBe(3);
    expect(stderr).toBe('');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({
      type: 'failed',
      diagnostics: [
        { code: 'package-not-found', severity: 'error', source: 'build', file: 'layers/pools.yaml' },
      ],
    });
    expect(lines.find(({ type, index }) => type === 'step' && index === 2)).toMatchObject({
      from: 'bad: packages',
    });
  });
});

describe('a layer that is edited while its image is built', () => {
  it('is not pinned as if it had been reviewed', async () => {
    const steps = [{ run: { reason: 'time for an edit', commands: ['sleep 2.5'] } }];
    await given({ edited: { layers: [{ name: 'slow', steps }] } });
    const building = workspace.layers('build', '--pin');
    const log = `.layers/logs/${await buildOf('edited')}.log`;
    await expect.poll(() => workspace.read(log).catch(() => ''), { timeout: 60_000 }).toContain('STEP 2/');
    const text = await workspace.read('layers/pools.yaml');
    await workspace.write('layers/pools.yaml', text.replace('time for an edit', 'edited'));
    const dist = await readFile(join(workspace.root, 'dist/edited.build'), 'utf8');
    const { code, stderr } = await building;
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('dist-stale');
    expect(await workspace.read('dist/edited.build')).toBe(dist);
    expect(await lockTexts(workspace)).toEqual({});
    await workspace.layers('synth');
    await buildWithoutEngine('--pin');
  });
});
