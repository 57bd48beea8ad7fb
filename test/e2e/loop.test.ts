import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, createRepository } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';

let registry: Registry;
let served: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let hello: { url: string; sha256: string };

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path);
  workspace = await createWorkspace('loop');
  hello = await publish(
    await buildRpm({
      name: 'fixture-hello',
      version: '1.1',
      release: '1',
      files: { '/usr/share/hello': '1.1\n' },
    }),
  );
  await mkdir(join(files.path, 'repository'));
  const agent = await buildRpm({
    name: 'fixture-agent',
    version: '7.1',
    release: '1',
    requires: ['fixture-hello'],
  });
  await copyFile(agent, join(files.path, 'repository', basename(agent)));
  await createRepository(join(files.path, 'repository'));
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write(
    'layers/pools.yaml',
    `kind: Layer
name: hello-hotfix
steps:
  - hotfix:
      reason: FIXTURE-1, says the wrong thing
      rpms: [{ url: ${hello.url}, sha256: ${hello.sha256} }]
---
kind: Layer
name: agent
steps:
  - repository: { id: fixture, baseurl: ${served.url}/repository, gpgcheck: false }
  - packages: { install: [fixture-agent], from: [fixture] }
---
kind: Release
name: "4.18.3"
amd64: { rhel-coreos: "${await baseRef(registry)}" }
---
kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${await baseRef(registry, '2')}" }
---
kind: Pool
name: worker
release: "4.18.3"
layers: [hello-hotfix]
target: { machineConfig: { image: ${registry.host}/os/worker } }
---
kind: Pool
name: infra
release: "4.19.3"
layers: [hello-hotfix, agent]
target: { machineConfig: { image: ${registry.host}/os/infra } }
`,
  );
  await workspace.layers('synth');
  await workspace.commit('layers for two pools');
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await files?.remove();
  await registry?.stop();
});

async function publish(rpm: string) {
  const name = basename(rpm);
  await copyFile(rpm, join(files.path, name));
  return {
    url: `${served.url}/${name}`,
    sha256: createHash('sha256')
      .update(await readFile(rpm))
      .digest('hex'),
  };
}

/** The image that a pool's MachineConfig names. */
async function osImageOf(pool: string): Promise<string> {
  const manifest = await workspace.read(`dist/${pool}.k8s.yaml`);
  return /osImageURL: (\S+)/.exec(manifest)![1]!;
}

describe('the main job', { timeout: 300_000 }, () => {
  it('renders no MachineConfig before anything is pinned', async () => {
    expect(await workspace.git('ls-files', 'dist')).not.toContain('.k8s.yaml');
    const check = await workspace.layers('check');
    expect(check.code).toBe(1);
    expect(check.stderr).toContain('worker has no image yet');
  });

  it('builds, pushes, verifies, pins and commits', async () => {
    const build = await workspace.layers('build', '--pin', '--commit');
    expect(build.stderr).toContain('pushed and verified');
    expect(build.code, build.stderr).toBe(0);
    expect((await workspace.git('show', '--name-only', '--format=%s', 'HEAD')).split('\n')).toEqual([
      'chore(layers): pin infra, worker',
      '',
      'dist/infra.k8s.yaml',
      'dist/worker.k8s.yaml',
      'layers/lock/infra.lock',
      'layers/lock/worker.lock',
      '',
    ]);
    expect((await workspace.layers('check')).code).toBe(0);
  });

  it.each(['worker', 'infra'])('pins what the registry has, for %s', async (pool) => {
    const image = await osImageOf(pool);
    const inspected = await run('skopeo', ['inspect', '--tls-verify=false', `docker://${image}`]);
    expect(JSON.parse(inspected)).toMatchObject({ Digest: image.split('@')[1] });
  });

  it('installs what the layers say', async () => {
    expect(await workspace.inImage(await osImageOf('worker'), 'rpm', '-q', 'fixture-hello')).toBe(
      'fixture-hello-1.1-1.noarch\n',
    );
    const infra = await workspace.inImage(
      await osImageOf('infra'),
      'rpm',
      '-q',
      'fixture-hello',
      'fixture-agent',
    );
    expect(infra).toBe('fixture-hello-1.1-1.noarch\nfixture-agent-7.1-1.noarch\n');
    expect(await workspace.inImage(await osImageOf('infra'), 'ls', '/etc/yum.repos.d')).not.toContain(
      'fixture.repo',
    );
  });

  it('does nothing the second time: no engine, no commit', async () => {
    const head = await workspace.git('rev-parse', 'HEAD');
    const before = await registry.requests();
    const env = { ...workspace.env, PATH: '/nonexistent' };
    const { tryRun } = await import('../fixtures/process.ts');
    const { CLI } = await import('../fixtures/workspace.ts');
    const noEngine = await tryRun(process.execPath, [CLI, 'build', '--pin'], { cwd: workspace.root, env });
    expect(noEngine.code, noEngine.stderr).toBe(0);
    const again = await workspace.layers('build', '--pin', '--commit');
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('nothing to commit');
    expect(await workspace.git('rev-parse', 'HEAD')).toBe(head);
    expect(await registry.requests()).toEqual(before);
  });

  it('keeps the old digest when a layer changes, until the next pin', async () => {
    const before = await osImageOf('worker');
    const pools = await workspace.read('layers/pools.yaml');
    await workspace.write(
      'layers/motd.yaml',
      'kind: Layer\nname: motd\nsteps:\n  - files: [{ path: /etc/motd, content: "hello\\n" }]\n',
    );
    await workspace.write(
      'layers/pools.yaml',
      pools.replace('layers: [hello-hotfix]', 'layers: [hello-hotfix, motd]'),
    );
    const synth = await workspace.layers('synth');
    expect(synth.code).toBe(0);
    expect(synth.stderr).toContain('pin-behind');
    expect(await osImageOf('worker')).toBe(before);
    expect(await workspace.read('dist/worker.k8s.yaml')).toContain('cdk8s-os-layers/behind: ');
    expect((await workspace.layers('synth', '--strict')).code).toBe(1);
    expect((await workspace.layers('check')).code).toBe(1);

    const refused = await workspace.layers('build', '--pin', '--commit');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('layers-uncommitted');

    await workspace.commit('a message of the day');
    expect((await workspace.layers('build', '--pin', '--commit')).code).toBe(0);
    const after = await osImageOf('worker');
    expect(after).not.toBe(before);
    expect(await workspace.inImage(after, 'cat', '/etc/motd')).toBe('hello\n');
    expect((await workspace.layers('check')).code).toBe(0);
  });

  it('says so when a pool or its file of the lock goes, and with it an image from nodes', async () => {
    const lock = await workspace.read('layers/lock/worker.lock');
    await rm(join(workspace.root, 'layers/lock/worker.lock'));
    const synth = await workspace.layers('synth');
    expect(synth.stderr).toContain(
      'REVERTS NODES: dist/worker.k8s.yaml no longer has the MachineConfig 99-worker-os-layers',
    );
    await workspace.write('layers/lock/worker.lock', lock);
    expect((await workspace.layers('synth')).stderr).not.toContain('REVERTS');
    expect(await workspace.git('status', '--short')).toBe('');
  });
});
