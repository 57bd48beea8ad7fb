import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CRD_FOLDER, HAS_CRDS, WITHOUT_CRDS } from '../conformance/crds.ts';
import { type Kube, startKube } from '../fixtures/kube.ts';
import { tryRun } from '../fixtures/process.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';

const RESOURCE = 'machineosconfigs.machineconfiguration.openshift.io';
const REBUILD = 'machineconfiguration.openshift.io/rebuild';
const CURRENT_BUILD = 'machineconfiguration.openshift.io/current-machine-os-build';

/** Our own, where OpenShift's is not here: what it does not say of the spec, these tests do not ask. */
const CRD = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: RESOURCE },
  spec: {
    group: 'machineconfiguration.openshift.io',
    names: { kind: 'MachineOSConfig', plural: 'machineosconfigs', singular: 'machineosconfig' },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

const POOLS = `kind: Release
name: "4.21.3"
amd64: { rhel-coreos: "q.io/base@sha256:${'1'.repeat(64)}" }
---
kind: Pool
name: infra
release: "4.21.3"
layers: [{ name: tools, steps: [{ packages: { install: [htop] } }] }]
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
---
kind: Pool
name: worker
release: "4.21.3"
layers: [{ name: tools, steps: [{ packages: { install: [htop] } }] }]
target: { machineConfig: { image: registry.example.com/os/worker } }
`;

let kube: Kube;
let workspace: Workspace;

beforeAll(async () => {
  kube = await startKube();
  if (!HAS_CRDS) process.stderr.write(`test/e2e/rebuild: a CRD of our own, because ${WITHOUT_CRDS}\n`);
  await kube.define(HAS_CRDS ? { at: CRD_FOLDER } : { text: CRD });
  workspace = await createWorkspace('rebuild');
  await workspace.write('layers/pools.yaml', POOLS);
  expect((await workspace.layers('synth')).code).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await kube?.stop();
});

async function kubectl(args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kube.kubectl(args, input);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** `layers rebuild` with the kubectl of the fixture, and no other. */
function rebuild(args: string[], { path = kube.commands, root = workspace.root } = {}) {
  const env = { ...workspace.env, PATH: path };
  return tryRun(process.execPath, [CLI, 'rebuild', ...args, '--output', 'json'], { cwd: root, env });
}

const asAdmin = () => ['--kubeconfig', kube.kubeconfig, '--context', 'admin'];

async function failureOf(args: string[], more?: Parameters<typeof rebuild>[1]) {
  const { code, stdout, stderr } = await rebuild(args, more);
  expect(stderr).toBe('');
  const { type, diagnostics } = JSON.parse(stdout);
  expect(type).toBe('failed');
  expect(diagnostics).toHaveLength(1);
  return { exitCode: code, ...diagnostics[0] };
}

async function annotations(): Promise<Record<string, string>> {
  return JSON.parse(await kubectl(['get', RESOURCE, 'infra', '-o', 'json'])).metadata.annotations;
}

describe('layers rebuild, against a real API server', { timeout: 120_000 }, () => {
  beforeEach(async () => {
    await kubectl(['delete', RESOURCE, '--all']);
    await kubectl(['apply', '--server-side', '-f', join(workspace.root, 'dist/infra.k8s.yaml')]);
  });

  it('annotates a MachineOSConfig that the operator has built, and leaves the rest of it alone', async () => {
    await kubectl(['annotate', RESOURCE, 'infra', `${CURRENT_BUILD}=infra-1`]);
    const before = await annotations();
    const { code, stdout, stderr } = await rebuild(['infra', '--apply', ...asAdmin()]);
    expect(code, stdout).toBe(0);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ pool: 'infra', applied: true });
    expect(await annotations()).toEqual({ ...before, [REBUILD]: 'true' });
    // Again, before the operator took it up: that changes nothing.
    expect((await rebuild(['infra', '--apply', ...asAdmin()])).code).toBe(0);
  });

  it('prints a command that does the same, and asks no cluster for it', async () => {
    const printed = await tryRun(process.execPath, [CLI, 'rebuild', 'infra', ...asAdmin()], {
      cwd: workspace.root,
      env: { ...workspace.env, PATH: '/nowhere' },
    });
    expect(printed.code, printed.stderr).toBe(0);
    expect(printed.stdout).toMatch(/^oc --kubeconfig \S+ --context admin annotate /);
    expect(printed.stderr).toContain('nothing was done');
    expect(await annotations()).not.toHaveProperty(REBUILD);
    const command = printed.stdout.replace(/^oc /, `${join(kube.commands, 'kubectl')} `);
    expect((await tryRun('sh', ['-c', command])).code).toBe(0);
    expect(await annotations()).toHaveProperty(REBUILD, 'true');
  });

  it('prints a merge patch, too, for those who have another client', async () => {
    const { patch } = JSON.parse((await rebuild(['infra'])).stdout);
    await kubectl(['patch', RESOURCE, 'infra', '--type=merge', '--patch', JSON.stringify(patch)]);
    expect(await annotations()).toHaveProperty(REBUILD, 'true');
  });

  it('refuses what the operator would not notice: it has built nothing yet', async () => {
    expect(await failureOf(['infra', '--apply', ...asAdmin()])).toMatchObject({
      exitCode: 4,
      code: 'never-built',
      file: 'layers/pools.yaml',
      line: 6,
    });
    expect(await annotations()).not.toHaveProperty(REBUILD);
  });

  it('refuses the MachineOSConfig of another cluster', async () => {
    const spec = { renderedImagePushSpec: 'registry.example.com/other/infra:latest' };
    await kubectl(['patch', RESOURCE, 'infra', '--type=merge', '--patch', JSON.stringify({ spec })]);
    await kubectl(['annotate', RESOURCE, 'infra', `${CURRENT_BUILD}=infra-1`]);
    expect(await failureOf(['infra', '--apply', ...asAdmin()])).toMatchObject({
      exitCode: 4,
      code: 'other-machineosconfig',
      message: expect.stringContaining('registry.example.com/other/infra:latest'),
    });
    expect(await annotations()).not.toHaveProperty(REBUILD);
  });

  it('says where there is no such object', async () => {
    await kubectl(['delete', RESOURCE, 'infra']);
    expect(await failureOf(['infra', '--apply', ...asAdmin()])).toMatchObject({
      exitCode: 4,
      code: 'no-machineosconfig',
    });
  });

  it('says what a cluster does not allow', async () => {
    const args = ['infra', '--apply', '--kubeconfig', kube.kubeconfig, '--context', 'nobody'];
    const failure = await failureOf(args);
    expect(failure).toMatchObject({ exitCode: 4, code: 'cluster-forbidden' });
    expect(failure.detail).toContain('User "nobody" cannot get resource "machineosconfigs"');
  });

  it('says who may look and not write', async () => {
    await kubectl(['annotate', RESOURCE, 'infra', `${CURRENT_BUILD}=infra-1`]);
    const rule = ['--verb=get', `--resource=${RESOURCE}`];
    await kubectl(['create', 'clusterrole', 'looks', ...rule]);
    await kubectl(['create', 'clusterrolebinding', 'looks', '--clusterrole=looks', '--user=nobody']);
    const args = ['infra', '--apply', '--kubeconfig', kube.kubeconfig, '--context', 'nobody'];
    const failure = await failureOf(args);
    await kubectl(['delete', 'clusterrolebinding,clusterrole', 'looks']);
    expect(failure).toMatchObject({ exitCode: 4, code: 'cluster-forbidden' });
    expect(failure.detail).toContain('cannot patch resource');
  });

  it.each([
    ['a login that has expired', ['--context', 'stranger'], 4, 'not-logged-in'],
    ['a context that is none', ['--context', 'nowhere'], 2, 'unknown-context'],
    ['no context where none is the current one', [], 4, 'no-cluster'],
  ])('knows %s', async (_, context, exitCode, code) => {
    const args = ['infra', '--apply', '--kubeconfig', kube.kubeconfig, ...context];
    expect(await failureOf(args)).toMatchObject({ exitCode, code });
  });

  it('knows a kubeconfig that is none', async () => {
    const args = ['infra', '--apply', '--kubeconfig', '/nowhere/config', '--context', 'admin'];
    expect(await failureOf(args)).toMatchObject({ exitCode: 2, code: 'unknown-kubeconfig' });
  });

  it('knows a cluster that is not there', async () => {
    await workspace.write('.layers/kubeconfig', kubeconfigOf('https://127.0.0.1:1'));
    const args = ['infra', '--apply', '--kubeconfig', '.layers/kubeconfig', '--context', 'a'];
    expect(await failureOf(args)).toMatchObject({ exitCode: 4, code: 'cluster-unreachable' });
  });

  it('knows a certificate that is nobody’s', async () => {
    await workspace.write('.layers/kubeconfig', kubeconfigOf(kube.url));
    const args = ['infra', '--apply', '--kubeconfig', '.layers/kubeconfig', '--context', 'a'];
    const failure = await failureOf(args);
    expect(failure).toMatchObject({ exitCode: 4, code: 'cluster-unreachable' });
    expect(failure.detail).toContain('certificate');
  });

  it('knows that there is no oc and no kubectl', async () => {
    expect(await failureOf(['infra', '--apply', ...asAdmin()], { path: '/nowhere' })).toMatchObject({
      exitCode: 4,
      code: 'kubectl-missing',
    });
  });

  it('prefers oc', async () => {
    const path = join(workspace.root, '.layers/bin');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'oc'), '#!/bin/sh\necho "error: I am oc" >&2\nexit 1\n');
    await chmod(join(path, 'oc'), 0o755);
    const failure = await failureOf(['infra', '--apply', ...asAdmin()], { path: `${path}:${kube.commands}` });
    expect(failure).toMatchObject({ exitCode: 4, code: 'cluster-failed', detail: 'error: I am oc' });
  });

  it('refuses a pool that its cluster does not build, and says how such a pool is built again', async () => {
    const failure = await failureOf(['worker', '--apply', ...asAdmin()]);
    expect(failure).toMatchObject({
      exitCode: 2,
      code: 'not-built-by-cluster',
      file: 'layers/pools.yaml',
      line: 15,
    });
    expect(failure.hint).toContain('refresh:');
  });

  it('refuses a pool that is none, with the name that was meant', async () => {
    expect(await failureOf(['infar'])).toMatchObject({
      exitCode: 2,
      code: 'unknown-pool',
      hint: 'Did you mean infra?',
    });
  });

  it('wants to be told the context where there are several clusters', async () => {
    const fleet = await createWorkspace('rebuild-fleet');
    try {
      const clusters = ['a', 'b'].map((name) => `kind: Cluster\nname: ${name}\n---\n`).join('');
      await fleet.write('layers/pools.yaml', clusters + POOLS);
      expect((await fleet.layers('synth')).code).toBe(0);
      const current = await tryRun(
        join(kube.commands, 'kubectl'),
        ['config', 'view', '--raw', '-o', 'json'],
        {
          env: { ...fleet.env, KUBECONFIG: kube.kubeconfig },
        },
      );
      await fleet.write(
        '.layers/kubeconfig',
        current.stdout.replace(/"current-context": ""/, '"current-context": "admin"'),
      );
      await kubectl(['annotate', RESOURCE, 'infra', `${CURRENT_BUILD}=infra-1`]);
      const args = ['a/infra', '--apply', '--kubeconfig', '.layers/kubeconfig'];
      expect(await failureOf(args, { root: fleet.root })).toMatchObject({
        exitCode: 2,
        code: 'context-missing',
        file: 'layers/pools.yaml',
      });
      expect(await annotations()).not.toHaveProperty(REBUILD);
      expect((await rebuild([...args, '--context', 'admin'], { root: fleet.root })).code).toBe(0);
      expect(await annotations()).toHaveProperty(REBUILD);
      expect(await failureOf(['infra'], { root: fleet.root })).toMatchObject({ code: 'unknown-pool' });
    } finally {
      await fleet.remove();
    }
  });
});

/** The one context `a`, with no certificate to trust. */
function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'a', cluster: { server } }],
    users: [{ name: 'a', user: { token: 'any' } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
  });
}
