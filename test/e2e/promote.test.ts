import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentTag } from '../../src/plan/arguments.ts';
import type { PinnedPool } from '../../src/spec/lock.ts';
import { blocksOf } from '../docs/blocks.ts';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { lockOf as readLock } from './support/lock.ts';
import { layersWith } from './support/running.ts';

/** Of the canary and of development, and of production. */
let core: Registry;
let production: Registry;
let workspace: Workspace;

const CLUSTERS = () => `kind: Cluster
name: dev
registry: { push: ${core.host}/os-dev }
---
kind: Cluster
name: canary
labels: { env: prod }
registry: { push: ${core.host}/os }
---
kind: Cluster
name: prod-1
labels: { env: prod }
registry: { push: ${production.host}/os, pull: mirror.example.com/os }
---
kind: Cluster
name: prod-2
labels: { env: prod }
registry: { push: ${production.host}/os-2 }
---
kind: Cluster
name: edge
registry: { push: ${production.host}/edge }
`;

/** What production has, and what the canary is ahead by. */
interface Lines {
  readonly production: string;
  readonly canary?: string;
}

/** Writes what the environments are, `dist/`, and a commit. */
async function given({ production, canary }: Lines): Promise<void> {
  await workspace.write(
    'layers/environments.yaml',
    `kind: PoolDefaults
release: "4.18.3"
layers: [motd]
target: { machineConfig: {} }
---
kind: PoolDefaults
clusters: { labels: { env: prod } }
follows: canary
${production}
---
kind: PoolDefaults
clusters: [edge]
follows: prod-1
${production}
${canary === undefined ? '' : `---\nkind: PoolDefaults\nclusters: [canary]\n${canary}\n`}`,
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await workspace.commit('environments');
}

beforeAll(async () => {
  core = await startRegistry({ withBase: true });
  production = await startRegistry();
  workspace = await createWorkspace('promote');
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write('layers/clusters.yaml', CLUSTERS());
  await workspace.write(
    'layers/pools.yaml',
    `kind: Pool
name: worker
---
kind: Layer
name: motd
steps: [{ files: [{ path: /etc/motd, content: "managed\\n" }] }]
---
kind: Layer
name: banner
steps: [{ files: [{ path: /etc/issue, content: "banner\\n" }] }]
---
kind: Release
name: "4.18.3"
amd64: { rhel-coreos: "${await baseRef(core)}" }
---
kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${await baseRef(core, '2')}" }
`,
  );
  await given({ production: 'release: "4.18.3"' });
});

afterAll(async () => {
  await workspace?.remove();
  await core?.stop();
  await production?.stop();
});

async function works(...args: string[]): Promise<Finished> {
  const finished = await workspace.layers(...args);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

/** A command that comes to nothing, and what it says. */
async function refused(code: number, ...args: string[]): Promise<string> {
  const state = () => workspace.git('status', '--porcelain');
  const before = await state();
  const finished = await workspace.layers(...args);
  expect({ code: finished.code, stdout: finished.stdout }, finished.stderr).toEqual({ code, stdout: '' });
  expect(await state()).toBe(before);
  return finished.stderr;
}

async function lockOf(cluster: string): Promise<PinnedPool> {
  return (await readLock(workspace)).pools[`${cluster}/worker`]!;
}

async function digestOf(cluster: string): Promise<string> {
  return (await lockOf(cluster)).digest;
}

async function osImageOf(cluster: string): Promise<string | undefined> {
  const text = await workspace.read(`dist/${cluster}/worker.k8s.yaml`).catch(() => '');
  return /osImageURL: (\S+)/.exec(text)?.[1];
}

async function inspect(image: string): Promise<{ Digest: string; Labels: Record<string, string> }> {
  return JSON.parse(await run('skopeo', ['inspect', '--tls-verify=false', `docker://${image}`]));
}

/** The command of docs/fleets.md that begins with this verb. */
async function documented(verb: string): Promise<Finished> {
  const lines = blocksOf('docs/fleets.md')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trimEnd().split('\n'));
  const [command, ...more] = lines.filter((line) => line.startsWith(`npx layers ${verb} `));
  expect(more).toEqual([]);
  return works(...command!.split(' ').slice(2));
}

const isThere = (path: string) =>
  access(join(workspace.root, path)).then(
    () => true,
    () => false,
  );
const lastOf = ({ stdout }: Finished) => JSON.parse(stdout.trim().split('\n').at(-1)!);

describe('pools that follow a canary', { timeout: 300_000 }, () => {
  it('have nothing to take before it is pinned', async () => {
    const says = await refused(2, 'pin', 'promote', 'canary/worker', 'prod-1/worker');
    expect(says).toContain('layers/pools.yaml:2:7 error canary/worker has no pinned image to promote');
    expect(says).toContain('`layers build canary/worker --pin`');
  });

  it('are not built, pushed or pinned by build --pin, with which others of the same build go on', async () => {
    const build = await works('build', '--pin', '--commit', '--output', 'json');
    const { pools } = lastOf(build);
    expect(pools).toMatchObject([
      { pool: 'canary/worker', result: 'built' },
      { pool: 'dev/worker', result: 'built' },
      { pool: 'edge/worker', result: 'skipped', by: 'follows', leader: 'prod-1/worker' },
      { pool: 'prod-1/worker', result: 'skipped', by: 'follows', leader: 'canary/worker' },
      { pool: 'prod-2/worker', result: 'skipped', by: 'follows', leader: 'canary/worker' },
    ]);
    expect(pools[1].digest).toBe(pools[0].digest);
    expect(await isThere('layers/lock/canary/worker.lock')).toBe(true);
    expect(await isThere('layers/lock/prod-1/worker.lock')).toBe(false);
    expect(await osImageOf('prod-1')).toBeUndefined();
    expect(await production.requests()).toEqual([]);
  });

  it('are named with the way on, where they are asked for', async () => {
    const { stdout, stderr } = await works('build', 'prod-1/worker', '--pin');
    expect(stdout).toBe('prod-1/worker  skipped  follows canary/worker\n');
    expect(stderr).toContain(
      '[prod-1/worker] follows canary/worker; `layers pin promote canary/worker prod-1/worker` moves it',
    );
    const check = await workspace.layers('check');
    expect(check.code).toBe(1);
    expect(check.stderr).toContain(
      'hint: It follows canary/worker: `layers pin promote canary/worker prod-1/worker` moves its pin.',
    );
  });

  it('take its image by a promotion: the same digest in their registry, their lock and dist/', async () => {
    const before = await workspace.read('layers/lock/canary/worker.lock');
    const digest = await digestOf('canary');
    const { stdout } = await works('pin', 'promote', 'canary/worker', 'prod-1/worker', '--commit');
    expect(stdout).toBe(`prod-1/worker  promoted  ${production.host}/os/worker@${digest}\n`);
    const { build, image, ...pin } = await lockOf('prod-1');
    expect(image).toBe(`${production.host}/os/worker`);
    expect(await inspect(`${image}@${digest}`)).toMatchObject({
      Digest: digest,
      Labels: { 'cdk8s-os-layers/build': build },
    });
    expect(pin).toMatchObject({ digest, origin: 'promoted', release: '4.18.3' });
    expect(await osImageOf('prod-1')).toBe(`mirror.example.com/os/worker@${digest}`);
    expect(await workspace.read('layers/lock/canary/worker.lock')).toBe(before);
    expect(await osImageOf('prod-2')).toBeUndefined();
    expect((await workspace.git('show', '--name-only', '--format=%B', 'HEAD')).trim().split('\n')).toEqual([
      'chore(layers): promote prod-1/worker',
      '',
      `Layers-Pin: prod-1/worker ${image}@${digest} build ${build}`,
      '',
      '',
      'dist/prod-1/worker.k8s.yaml',
      'layers/lock/prod-1/worker.lock',
    ]);
  });

  it('that have it already are left as they are, without a registry or skopeo', async () => {
    const counts = async () => [(await core.requests()).length, (await production.requests()).length];
    const before = { counts: await counts(), head: await workspace.git('rev-parse', 'HEAD') };
    const args = ['pin', 'promote', 'canary/worker', 'prod-1/worker'];
    const again = await layersWith(workspace, { PATH: '/nonexistent' }, ...args);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/^prod-1\/worker {2}unchanged {2}/);
    expect((await works(...args, '--commit')).stderr).toBe('the lock has it already\nnothing to commit\n');
    expect({ counts: await counts(), head: await workspace.git('rev-parse', 'HEAD') }).toEqual(before);
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });

  it('may be named by their cluster, or be all that follow; and others may follow those', async () => {
    const all = await works('pin', 'promote', 'canary', '--followers', '--output', 'json');
    expect(lastOf(all).pools).toMatchObject([
      { pool: 'prod-1/worker', result: 'unchanged' },
      { pool: 'prod-2/worker', result: 'promoted' },
    ]);
    const chain = await works('pin', 'promote', 'prod-1', 'edge', '--commit');
    const digest = await digestOf('canary');
    expect(chain.stdout).toBe(`edge/worker  promoted  ${production.host}/edge/worker@${digest}\n`);
    expect((await inspect(`${production.host}/edge/worker@${digest}`)).Digest).toBe(digest);
    await works('check');
  });

  it('cannot be given the image of a pool that they do not follow', async () => {
    const says = await refused(2, 'pin', 'promote', 'canary/worker', 'edge/worker', 'dev');
    expect(says).toContain('error edge/worker does not follow canary/worker (not-a-follower)');
    expect(says).toContain('It follows prod-1/worker: `layers pin promote prod-1/worker edge/worker`.');
    expect(says).toContain('error dev does not follow canary/worker (not-a-follower)');
  });
});

describe('a new release', { timeout: 300_000 }, () => {
  it('reaches the canary by its line, and nobody who follows', async () => {
    const before = [await osImageOf('prod-1'), await workspace.read('layers/lock/prod-1/worker.lock')];
    await given({ production: 'release: "4.18.3"', canary: 'release: "4.19.3"' });
    const build = await documented('build');
    expect(build.stdout).toMatch(/^canary\/worker {2}built/);
    expect([await osImageOf('prod-1'), await workspace.read('layers/lock/prod-1/worker.lock')]).toEqual(
      before,
    );
    await works('check');
  });

  it('is not promoted to pools that are to have another one', async () => {
    const says = await refused(2, 'pin', 'promote', 'canary', 'prod-1', 'prod-2');
    expect(says).toContain(
      'layers/environments.yaml:9:10 error prod-1/worker is not what canary/worker is pinned to: its release is 4.18.3, and not 4.19.3 (promotion-differs)',
    );
    expect(says).toContain('likewise prod-2/worker');
    expect(says).toContain('hint: Write release: "4.19.3" for it');
  });

  it('reaches production by its one line, and a promotion', async () => {
    await given({ production: 'release: "4.19.3"', canary: 'release: "4.19.3"' });
    const check = await workspace.layers('check');
    expect(check.code).toBe(1);
    expect(check.stderr).toContain('prod-1/worker has changed since its image was built');
    await works('build', '--pin');
    expect(await digestOf('prod-1')).not.toBe(await digestOf('canary'));
    await documented('pin');
    await works('pin', 'promote', 'prod-1', '--followers', '--commit');
    for (const cluster of ['prod-1', 'prod-2', 'edge'])
      expect(await digestOf(cluster)).toBe(await digestOf('canary'));
    expect(await osImageOf('prod-1')).toBe(`mirror.example.com/os/worker@${await digestOf('canary')}`);
    await works('check');
  });
});

describe('a new layer', { timeout: 300_000 }, () => {
  it('that the canary has more, and is not pinned to, does not keep its pinned image from anybody', async () => {
    await given({ production: 'release: "4.19.3"', canary: 'release: "4.19.3"\nlayers: [banner]' });
    await workspace.git('rm', '--quiet', 'layers/lock/prod-2/worker.lock');
    await works('synth');
    await workspace.commit('prod-2 is as new');
    await works('pin', 'promote', 'canary/worker', 'prod-2/worker', '--commit');
    expect(await digestOf('prod-2')).toBe(await digestOf('prod-1'));
  });

  it('that all are to have waits for the canary', async () => {
    await given({ production: 'release: "4.19.3"\nlayers: [banner]', canary: 'release: "4.19.3"' });
    const says = await refused(2, 'pin', 'promote', 'canary/worker', 'prod-1/worker');
    expect(says).toContain(
      'error canary/worker is not pinned yet to what prod-1/worker is to have (leader-behind)',
    );
  });

  it('is named, where it is what differs', async () => {
    await given({ production: 'release: "4.19.3"', canary: 'release: "4.19.3"\nlayers: [banner]' });
    await works('build', 'canary/worker', '--pin', '--commit');
    const says = await refused(2, 'pin', 'promote', 'canary/worker', 'prod-1/worker');
    expect(says).toContain('is pinned to: it lacks the layer banner (promotion-differs)');
    expect(says).toContain('`layers explain prod-1/worker` and `layers explain canary/worker`');
  });
});

describe('a follower that is held', { timeout: 300_000 }, () => {
  it('keeps its image, while the others get theirs', async () => {
    const own = '{ name: own, steps: [{ files: [{ path: /etc/own, content: "own" }] }] }';
    await given({ production: `release: "4.19.3"\nlayers: [${own}]` });
    await works('build', 'canary', '--pin', '--commit');
    await works('pin', 'hold', 'prod-1', '--reason', 'OPS-3, the night shift', '--commit');
    const before = await digestOf('prod-1');
    const { code, stdout, stderr } = await workspace.layers(
      'pin',
      'promote',
      'canary',
      '--followers',
      '--commit',
    );
    expect(code, stderr).toBe(1);
    expect(stdout).toMatch(
      /^prod-1\/worker {2}held {6}OPS-3, the night shift\nprod-2\/worker {2}promoted {2}/,
    );
    expect(stderr).toContain('error prod-1/worker was not pinned, for it is held: OPS-3');
    expect([await digestOf('prod-1'), await digestOf('prod-2')]).toEqual([before, await digestOf('canary')]);
    await works('pin', 'release', 'prod-1', '--commit');
    for (const pool of ['prod-2/worker', 'canary/worker']) await works('pin', 'rollback', pool, '--commit');
    expect(await digestOf('prod-2')).toBe(before);
  });
});

describe('a repository of a follower', { timeout: 300_000 }, () => {
  it('that has another image under the tag of the build is left alone', async () => {
    await given({ production: 'release: "4.19.3"\nlayers: [banner]' });
    const { build } = await lockOf('canary');
    const tag = `docker://${production.host}/os/worker:${contentTag(build!)}`;
    const other = `docker://${await baseRef(core)}`;
    await run('skopeo', ['copy', '--src-tls-verify=false', '--dest-tls-verify=false', other, tag]);
    const says = await refused(4, 'pin', 'promote', 'canary', '--followers');
    expect(says).toContain('(tag-exists)');
    expect(says).toContain('Write another text into `refresh:` of both pools');
    expect(await digestOf('prod-1')).not.toBe(await digestOf('canary'));
  });

  it('gets nothing where the registry of the leader no longer has the image', async () => {
    const image = `${core.host}/os/worker@${await digestOf('canary')}`;
    await run('skopeo', ['delete', '--tls-verify=false', `docker://${image}`]);
    const before = await production.requests();
    const says = await refused(4, 'pin', 'promote', 'canary/worker', 'prod-2/worker');
    expect(says).toContain(`has no os/worker@${await digestOf('canary')}`);
    expect(await production.requests()).toEqual(before);
  });
});
