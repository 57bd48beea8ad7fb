import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { lockTexts } from './support/lock.ts';

let registry: Registry;
let workspace: Workspace;

const cluster = (name: string, env: string, more = '') => `kind: Cluster
name: ${name}
labels: { env: ${env} }
registry: { push: ${registry.host}/os, pull: mirror.example.com/${name}/os }
${more}---
`;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('fleet');
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write(
    'layers/clusters.yaml',
    [cluster('dev', 'dev'), cluster('prod-1', 'prod'), cluster('prod-2', 'prod')].join(''),
  );
  await workspace.write(
    'layers/pools.yaml',
    `kind: PoolDefaults
clusters: { labels: { env: dev } }
release: "4.19.3"
---
kind: PoolDefaults
clusters: { labels: { env: prod } }
release: "4.18.3"
---
kind: PoolDefaults
layers: [motd]
target: { machineConfig: {} }
---
kind: Pool
name: worker
---
kind: Pool
name: master
---
kind: Layer
name: motd
steps:
  - files: [{ path: /etc/motd, content: "managed\\n" }]
---
kind: Release
name: "4.18.3"
amd64: { rhel-coreos: "${await baseRef(registry)}" }
---
kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${await baseRef(registry, '2')}" }
`,
  );
  await workspace.layers('synth');
  await workspace.commit('three clusters on two releases');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

const lastOf = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1)!);
const typesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type as string);

describe('three clusters on two releases', { timeout: 300_000 }, () => {
  it('build twice, and pin each cluster in a lock of its own', async () => {
    const build = await workspace.layers('build', '--pin', '--commit', '--output', 'json');
    expect(build.code, build.stderr).toBe(0);
    expect(typesOf(build.stdout).filter((type) => type === 'started')).toHaveLength(2);
    expect(lastOf(build.stdout).pools.map(({ pool }: { pool: string }) => pool)).toEqual([
      'dev/master',
      'dev/worker',
      'prod-1/master',
      'prod-1/worker',
      'prod-2/master',
      'prod-2/worker',
    ]);
    expect(Object.keys(await lockTexts(workspace))).toEqual(
      ['dev', 'prod-1', 'prod-2'].flatMap((cluster) => [`${cluster}/master.lock`, `${cluster}/worker.lock`]),
    );
    expect((await workspace.layers('check')).code).toBe(0);
  });

  it('have one digest for equal builds, that nodes pull from their own mirror', async () => {
    const urls = await Promise.all(
      ['prod-1', 'prod-2'].map(async (name) => {
        const manifest = await workspace.read(`dist/${name}/worker.k8s.yaml`);
        return /osImageURL: (\S+)/.exec(manifest)![1]!;
      }),
    );
    const [first, second] = urls.map((url) => url.split('@'));
    expect(first![0]).toBe('mirror.example.com/prod-1/os/worker');
    expect(second![0]).toBe('mirror.example.com/prod-2/os/worker');
    expect(first![1]).toBe(second![1]);
    for (const pool of ['worker', 'master']) {
      const image = `docker://${registry.host}/os/${pool}@${first![1]}`;
      await run('skopeo', ['inspect', '--tls-verify=false', image]);
    }
  });

  it('do nothing more when asked again', async () => {
    const again = await workspace.layers('build', '--pin', '--commit');
    expect(again.stderr).toContain('nothing to commit');
  });

  it('take in another one without a build, and without a change in the others', async () => {
    const before = await workspace.git('ls-files', '--stage', 'dist/prod-1', 'layers/lock/prod-1');
    await workspace.write('layers/another.yaml', cluster('prod-3', 'prod').replace(/---\n$/, ''));
    await workspace.layers('synth');
    await workspace.commit('another cluster');
    const build = await workspace.layers('build', 'prod-3', '--pin', '--commit', '--output', 'json');
    expect(build.code, build.stdout).toBe(0);
    expect(typesOf(build.stdout)).not.toContain('started');
    expect(await workspace.read('dist/prod-3/worker.k8s.yaml')).toContain(
      'mirror.example.com/prod-3/os/worker@',
    );
    expect(await workspace.git('ls-files', '--stage', 'dist/prod-1', 'layers/lock/prod-1')).toBe(before);
    expect((await workspace.git('show', '--name-only', '--format=', 'HEAD')).trim().split('\n')).toEqual([
      'dist/prod-3/master.k8s.yaml',
      'dist/prod-3/worker.k8s.yaml',
      'layers/lock/prod-3/master.lock',
      'layers/lock/prod-3/worker.lock',
    ]);
  });
});

describe('a cluster that runs an older release than its pools are built for', () => {
  it('is told, where the release was written', async () => {
    await workspace.write(
      'layers/old.yaml',
      `${cluster('old', 'x', 'release: "4.18.3"\n')}kind: Pool\nname: gpu\nclusters: [old]\nrelease: "4.19.3"\n`,
    );
    const synth = await workspace.layers('synth');
    expect(synth.code).toBe(2);
    expect(synth.stderr).toContain(
      'layers/old.yaml:10:10 error the pool is built for 4.19.3, and old runs 4.18.3',
    );
  });
});
