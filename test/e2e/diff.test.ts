import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Diff } from '../../src/diff/model.ts';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, type RpmSpec } from '../fixtures/rpm.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, pool, release } from './support/documents.ts';
import { layersWith } from './support/running.ts';

let registry: Registry;
let workspace: Workspace;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('diff');
  await workspace.write('.gitignore', '.layers/\n');
  // The images are of one release each, so that the base differs, too.
  await workspace.write(
    'layers/releases.yaml',
    documents(
      release('4.18.3', await baseRef(registry, '1')),
      release('4.18.4', await baseRef(registry, '3')),
    ),
  );
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

const rpm = (name: string, version: string, more: Partial<RpmSpec> = {}): RpmSpec => ({
  name,
  version,
  release: '1',
  files: { [`/usr/share/${name}/version`]: `${version}\n` },
  ...more,
});

const BEFORE = [
  rpm('fixture-agent', '1.9'),
  rpm('fixture-back', '2.0', { release: '3.el9' }),
  rpm('fixture-gone', '1.0', { arch: 'x86_64' }),
  rpm('fixture-epochal', '2.0'),
  rpm('fixture-stays', '1.0~rc1'),
];
const AFTER = [
  rpm('fixture-agent', '1.10'),
  rpm('fixture-back', '2.0', { release: '2.el9_4' }),
  rpm('fixture-come', '0.1'),
  rpm('fixture-epochal', '1.1', { epoch: 1 }),
  rpm('fixture-stays', '1.0~rc1'),
];

/** A layer that installs RPMs of the repository's own. */
async function tools(specs: readonly RpmSpec[]): Promise<object> {
  const rpms = await Promise.all(
    specs.map(async (spec) => {
      const path = await buildRpm(spec);
      const bytes = await readFile(path);
      const file = `files/${basename(path)}`;
      await workspace.write(`layers/${file}`, bytes);
      return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
  return layer('tools', { rpms: { rpms } });
}

/** Writes what a pool is, builds it, and commits its pin. The image, as nodes are given it. */
async function pinned(of: string, ...layers: object[]): Promise<string> {
  const names = layers.map((layer) => (layer as { name: string }).name);
  const worker = pool('worker', { release: of, image: `${registry.host}/os/worker`, layers: names });
  await workspace.write('layers/pools.yaml', documents(...layers, worker));
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await workspace.commit(`layers for ${of}`);
  const build = await workspace.layers('build', '--pin', '--commit');
  expect(build.code, build.stderr).toBe(0);
  return /osImageURL: (\S+)/.exec(await workspace.read('dist/worker.k8s.yaml'))![1]!;
}

const motd = (text: string) => layer('motd', { files: [{ path: '/etc/motd', content: `${text}\n` }] });

/** What rpm says that an image has: `name.arch epoch:version-release`, an epoch of 0 left out. */
async function installed(image: string): Promise<string[]> {
  const format = '%{name}.%{arch} %{epochnum}:%{version}-%{release}\\n';
  const said = await workspace.inImage(image, 'rpm', '-qa', '--qf', format);
  return said
    .trim()
    .split('\n')
    .map((line) => line.replace(/ 0:/, ' ').replace('.(none) ', ' '))
    .sort();
}

/** A PATH with git and nothing that could run a container. */
async function onlyGit(): Promise<NodeJS.ProcessEnv> {
  const bin = join(workspace.root, '../bin');
  await mkdir(bin, { recursive: true });
  const git = (await run('sh', ['-c', 'command -v git'])).trim();
  await symlink(git, join(bin, 'git')).catch(() => {});
  return { PATH: bin };
}

async function diff(...args: string[]): Promise<Diff> {
  const { code, stdout, stderr } = await layersWith(
    workspace,
    await onlyGit(),
    'diff',
    '--output',
    'json',
    ...args,
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('the packages of two images that were built', () => {
  let before: string;
  let after: string;

  beforeAll(async () => {
    before = await pinned('4.18.3', await tools(BEFORE), motd('one'));
    await workspace.git('tag', 'before');
    after = await pinned('4.18.4', await tools(AFTER), motd('one'));
    await workspace.git('tag', 'after');
  });

  it('differ as rpm -qa says in each, and no container is started', async () => {
    const { packages, pools } = await diff('before..after');
    expect(packages).toHaveLength(1);
    const [{ changes, from, to, state, total }] = packages as [Diff['packages'][number]];
    expect({ from, to, state }).toEqual({ from: before, to: after, state: 'read' });
    expect(changes.map(({ name, change, from, to }) => [name, change, from, to])).toEqual([
      ['fixture-agent', 'upgraded', '1.9-1', '1.10-1'],
      ['fixture-back', 'downgraded', '2.0-3.el9', '2.0-2.el9_4'],
      ['fixture-come', 'added', undefined, '0.1-1'],
      ['fixture-epochal', 'upgraded', '2.0-1', '1:1.1-1'],
      ['fixture-gone', 'removed', '1.0-1', undefined],
      ['fixture-hello', 'upgraded', '1.0-1', '1.1-1'],
    ]);
    // What one image has, with the changes, is all that the other one has.
    const [old, now] = [await installed(before), await installed(after)];
    const label = (name: string, arch?: string) => (arch === undefined ? name : `${name}.${arch}`);
    const gone = changes.flatMap(({ name, arch, from }) => (from ? [`${label(name, arch)} ${from}`] : []));
    const come = changes.flatMap(({ name, arch, to }) => (to ? [`${label(name, arch)} ${to}`] : []));
    expect(old.filter((line) => gone.includes(line))).toEqual(gone.sort());
    expect([...old.filter((line) => !gone.includes(line)), ...come].sort()).toEqual(now);
    expect(total).toBe(now.length);
    expect(pools[0]!.effect).toMatchObject({ nodes: 'reboot', because: ['osImageURL'] });
  });

  it('are remembered by digest', async () => {
    const asked = (await registry.requests()).length;
    const again = await diff('before..after');
    expect(again.packages[0]!.changes).toHaveLength(6);
    expect((await registry.requests()).length).toBe(asked);
    await rm(join(workspace.root, '.layers/packages'), { recursive: true });
    expect((await diff('before..after')).packages).toEqual(again.packages);
  });

  it('are those of the base where there was no image before', async () => {
    const first = (await workspace.git('rev-list', '--max-parents=0', 'after')).trim();
    const { packages, pools } = await diff(`${first}..before`);
    expect(packages).toMatchObject([{ against: 'base', from: await baseRef(registry, '1'), to: before }]);
    expect(packages[0]!.changes.map(({ name, change }) => `${change} ${name}`)).toEqual(
      BEFORE.map(({ name }) => `added ${name}`).sort(),
    );
    expect(pools[0]!.reasons).toMatchObject([{ kind: 'pin', to: before }]);
  });

  it('are the same, without a look at the layers that they share, where only files changed', async () => {
    const image = await pinned('4.18.4', await tools(AFTER), motd('two'));
    // What was read for the pins is remembered, and then nothing is asked.
    await rm(join(workspace.root, '.layers/packages'), { recursive: true });
    const asked = (await registry.requests()).length;
    const { packages } = await diff('after..HEAD');
    expect(packages).toMatchObject([{ from: after, to: image, state: 'read', changes: [] }]);
    const blobs = (await registry.requests()).slice(asked).filter((line) => line.includes('/blobs/'));
    // Two configurations, and what only one of the images has: the layer with the file.
    const layers = async (ref: string) => {
      const raw = await run('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${ref}`]);
      return (JSON.parse(raw).layers as { digest: string }[]).map(({ digest }) => digest);
    };
    const [old, now] = [await layers(after), await layers(image)];
    const shared = now.filter((digest) => old.includes(digest));
    expect(shared.length).toBeGreaterThan(1);
    expect(blobs.filter((line) => shared.some((digest) => line.includes(digest)))).toEqual([]);
    expect(blobs.length).toBeGreaterThan(2);
  });

  it('are for people, too, and for pull requests', async () => {
    const text = await workspace.layers('diff', 'before..after');
    expect(text.stdout).toMatch(
      /^before \([0-9a-f]{10}\) → after \([0-9a-f]{10}\): 1 pool is affected, 1 reboots\n/,
    );
    expect(text.stdout).toMatch(/^ {2}\^ {2}fixture-agent\.noarch +1\.9-1 → 1\.10-1$/m);
    expect(text.stdout).toMatch(/^ {2}- {2}fixture-gone\.x86_64 +1\.0-1$/m);
    const markdown = await workspace.layers('diff', 'before..after', '--output', 'markdown');
    expect(markdown.stdout).toContain('| removed | `fixture-gone.x86_64` | 1.0-1 |  |\n');
    expect(markdown.stdout).toMatch(
      /\| `worker` \| \*\*reboot\*\* \| .*1 added, 1 removed, 3 upgraded, 1 downgraded \|\n/,
    );
  });

  it('may be out of reach, which is said, and is an error only where they have to be there', async () => {
    await rm(join(workspace.root, '.layers/packages'), { recursive: true, force: true });
    await registry.stop();
    const found = await diff('before..after');
    expect(found.packages).toMatchObject([{ state: 'unknown', changes: [] }]);
    expect(found.notes).toMatchObject([{ code: 'packages-unread', severity: 'warning' }]);
    const required = await workspace.layers('diff', 'before..after', '--packages', 'require');
    expect(required.stderr).toContain('(packages-unread)');
    expect(required.stdout).toBe('');
    expect(required.code).toBe(4);
    const off = await workspace.layers('diff', 'before..after', '--packages', 'off');
    expect(off).toMatchObject({ code: 0, stderr: '' });
    expect(off.stdout).toContain('not compared');
  });
});
