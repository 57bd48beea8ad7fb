import { copyFile, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseDigest, baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { deriveBase } from './support/derived-base.ts';
import { documents, layer, release } from './support/documents.ts';

let registry: Registry;
let mirror: Registry;
let workspace: Workspace;
let hello: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  mirror = await startRegistry();
  workspace = await createWorkspace('check-online');
  hello = await buildRpm({
    ...{ name: 'fixture-hello', version: '1.1', release: '1' },
    files: { '/usr/share/fixture-hello/version': '1.1\n' },
  });
  await mkdir(join(workspace.root, 'layers/files'), { recursive: true });
  await copyFile(hello, join(workspace.root, 'layers/files', basename(hello)));
  await write({ expires: '1.2-1' });
  expect((await workspace.layers('build', 'east/worker', '--pin')).stderr).toContain('pushed and verified');
  await mirrorImage(await pinnedDigest());
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
  await mirror?.stop();
});

interface Options {
  /** The build of fixture-hello with the fix. */
  readonly expires: string;
  /** A base of the pool's own. */
  readonly base?: string;
  /** The OS image of the release. */
  readonly osImage?: string;
  readonly silence?: object[];
}

/** A cluster whose nodes pull from a mirror, and its pool with a hotfix; written, and synthesised. */
async function write({ expires, base, osImage, silence }: Options): Promise<void> {
  const fixes = { file: `files/${basename(hello)}` };
  const step = {
    reason: 'FIXTURE-1',
    expires: { package: 'fixture-hello', atLeast: expires },
    rpms: [fixes],
  };
  const registries = { push: `${registry.host}/os`, pull: `${mirror.host}/os` };
  const worker = {
    ...{ kind: 'Pool', name: 'worker', release: '4.19.3', layers: ['hello'] },
    ...(base === undefined ? {} : { base }),
    ...(silence === undefined ? {} : { silence }),
    target: { machineConfig: {} },
  };
  await workspace.write(
    'layers/all.yaml',
    documents(
      release('4.19.3', osImage ?? (await baseRef(registry))),
      { kind: 'Cluster', name: 'east', registry: registries },
      layer('hello', { hotfix: step }),
      worker,
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
}

async function pinnedDigest(): Promise<string> {
  return /osImageURL: .*@(sha256:[0-9a-f]{64})/.exec(await workspace.read('dist/east/worker.k8s.yaml'))![1]!;
}

async function mirrorImage(digest: string): Promise<void> {
  const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  const [from, to] = [`docker://${registry.host}/os/worker@${digest}`, `docker://${mirror.host}/os/worker:1`];
  await run('skopeo', ['copy', '--quiet', '--preserve-digests', ...tls, from, to]);
}

/** What is found, less what only says that the pin is behind, with the exit code. */
async function check(...args: string[]) {
  const { code, stdout, stderr } = await workspace.layers('check', '--online', '--output', 'json', ...args);
  const { diagnostics, silenced } = JSON.parse(stdout);
  return {
    code,
    stderr,
    silenced,
    found: diagnostics
      .filter(({ code }: { code: string }) => code !== 'pin-behind')
      .map(({ code, severity, message, line }: Record<string, unknown>) => ({
        ...{ code, severity, message, line },
      })),
  };
}

describe('layers check --online', { timeout: 120_000 }, () => {
  it('has nothing to report where registries have all that is pinned, and no hotfix has ended', async () => {
    expect(await check()).toEqual({ code: 0, stderr: '', silenced: [], found: [] });
  });

  it('finds by the packages of the base that a hotfix has expired, and at which line that is written', async () => {
    await write({ expires: '1.0-1' });
    const { code, found } = await check();
    expect(code).toBe(1);
    expect(found).toEqual([
      {
        code: 'hotfix-expired',
        severity: 'error',
        message: 'the base has fixture-hello-1.0-1, and this hotfix was needed until 1.0-1',
        line: expect.any(Number),
      },
    ]);
  });

  it('does not take what the hotfix itself put into the pinned image for the fix', async () => {
    await write({ expires: '1.1-1' });
    expect(await check()).toMatchObject({ code: 0, found: [] });
    // Read once for each digest, and never again.
    const kept = await readdir(join(workspace.root, '.layers/packages'));
    expect(kept.sort()).toEqual(
      [await baseDigest(), await pinnedDigest()].map((digest) => digest.slice('sha256:'.length)).sort(),
    );
    const before = (await registry.requests()).length;
    expect(await check()).toMatchObject({ code: 0 });
    const asked = (await registry.requests()).slice(before);
    expect(asked.filter((line) => line.includes('/blobs/'))).toEqual([]);
    expect(asked.filter((line) => line.startsWith('HEAD'))).toHaveLength(1);
  });

  it('finds a base that is not the OS image of its release, and a hotfix that it has already', async () => {
    await write({ expires: '1.2-1', base: await baseRef(registry, '3') });
    const { code, found } = await check();
    expect(code).toBe(1);
    expect(found).toMatchObject([
      { code: 'base-of-another-release', message: 'the base is not the OS image of 4.19.3' },
      {
        code: 'hotfix-in-base',
        message: 'the base has fixture-hello-1.1-1 already, and this is fixture-hello-1.1-1.noarch.rpm',
      },
    ]);
  });

  it('tells which of two operating systems is newer, and refuses nodes that are newer than their cluster', async () => {
    const kubelet = (version: string) =>
      buildRpm({
        name: 'openshift-kubelet',
        version,
        release: '1',
        files: { '/usr/share/kubelet': version },
      });
    const older = await deriveBase(workspace, registry, 'older', [await kubelet('4.19.0')]);
    const newer = await deriveBase(workspace, registry, 'newer', [await kubelet('4.20.0')]);
    await write({ expires: '1.2-1', base: newer, osImage: older });
    expect(await check()).toMatchObject({
      code: 2,
      found: [
        {
          code: 'base-newer-than-release',
          message:
            'the base is newer than the OS image of 4.19.3: its openshift-kubelet is 4.20.0-1, and not 4.19.0-1',
        },
      ],
    });
    const silence = [{ check: 'base-of-another-release', reason: 'FIXTURE-2, until the new one is tried' }];
    await write({ expires: '1.2-1', base: older, osImage: newer, silence });
    const { code, found, silenced } = await check();
    expect({ code, found }).toEqual({ code: 1, found: [] }); // The pin is behind.
    expect(silenced).toMatchObject([
      { code: 'base-of-another-release', reason: 'FIXTURE-2, until the new one is tried' },
    ]);
    const offline = await workspace.layers('check', '--output', 'json');
    expect(offline.stdout, 'not asked, it is not known to be of no use').not.toContain('silence-unused');
  });

  it('finds what nodes cannot pull, whichever of the registries lost it', async () => {
    await write({ expires: '1.2-1' });
    const digest = await pinnedDigest();
    const remove = ({ url }: Registry) =>
      fetch(`${url}/v2/os/worker/manifests/${digest}`, { method: 'DELETE' });
    await remove(mirror);
    const lost = await check();
    expect(lost).toMatchObject({
      code: 1,
      found: [
        {
          code: 'pinned-image-missing',
          message: `${mirror.host}/os/worker does not have ${digest}, which the nodes of east/worker pull from there`,
        },
      ],
    });
    await mirrorImage(digest);
    await remove(registry);
    const { code, stderr } = await workspace.layers('check', '--online');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${registry.host}/os/worker does not have ${digest}, to which east/worker is pinned`,
    );
    expect(stderr).toContain('skopeo copy --preserve-digests docker://');
  });

  it('tells the rest where a registry cannot be reached, and ends with 4', async () => {
    await write({ expires: '1.0-1' });
    await mirror.stop();
    const { code, found } = await check();
    expect(code).toBe(4);
    expect(found).toMatchObject([
      { code: 'hotfix-expired' },
      { code: 'pinned-image-missing', message: expect.stringContaining(registry.host) },
      { code: 'registry-unreachable', message: expect.stringContaining(mirror.host) },
    ]);
    // Without the packages that are kept here, a registry has to be asked.
    await rm(join(workspace.root, '.layers/packages'), { recursive: true });
    expect((await check()).found).toMatchObject([{ code: 'hotfix-expired' }, {}, {}]);
  });

  it('does not take what it could not ask for a silence that is of no use', async () => {
    const silence = [{ check: 'base-of-another-release', reason: 'FIXTURE-2' }];
    await write({ expires: '1.2-1', silence });
    expect((await check()).found.map(({ code }: { code: string }) => code)).not.toContain('silence-unused');
  });
});
