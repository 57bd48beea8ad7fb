import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, release } from './support/documents.ts';

const BUILD = 'infra-32ef35dea3e553071277954842edb33a';
const POD = `build-${BUILD}-2jg2t`;

let registry: Registry;
let closed: Registry;
let workspace: Workspace;
let saved: Scratch;
let base: string;
let content: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  closed = await startRegistry({ htpasswd: { user: 'somebody', password: 'else' } });
  workspace = await createWorkspace('cluster-logs');
  saved = await scratchDirectory('saved');
  base = await baseRef(registry);
  const layer = {
    kind: 'Layer',
    name: 'tools',
    steps: [
      { files: [{ path: '/etc/motd', content: 'it\'s "quoted"\n' }] },
      { packages: { install: ['no-such-package'] } },
    ],
  };
  const target = {
    machineOSConfig: {
      renderedImagePushSpec: 'registry.example.com/os/infra:latest',
      renderedImagePushSecret: { name: 'push' },
    },
  };
  const pool = { kind: 'Pool', name: 'infra', release: '4.18.3', layers: ['tools'], target };
  await workspace.write('layers/pools.yaml', documents(release('4.18.3', base), pool, layer));
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  content = contentOf(await workspace.read('dist/infra.k8s.yaml'));
});

afterAll(async () => {
  await workspace?.remove();
  await saved?.remove();
  await registry?.stop();
  await closed?.stop();
});

interface Config {
  readonly kind: string;
  readonly spec: { readonly containerFile: readonly { readonly content: string }[] };
}

function contentOf(text: string): string {
  const objects = yaml.loadAll(text) as Config[];
  return objects.find(({ kind }) => kind === 'MachineOSConfig')!.spec.containerFile[0]!.content;
}

/** What the operator does to a Containerfile and with it, as far as this machine can: its stages in front, the same commands, and the log as a pod has it. */
async function build(name: string, own: string, to: string, from = base): Promise<string> {
  const folder = join(saved.path, name);
  const context = join(folder, 'context');
  await mkdir(context, { recursive: true });
  const whole = `FROM ${from} AS extract\nRUN mkdir -p /etc/machine-config-daemon\nFROM ${from} AS configs\nRUN true\nLABEL machineconfigpool=infra\n${own}`;
  await writeFile(join(context, 'Containerfile'), whole);
  await writeFile(join(context, 'auth.json'), '{}');
  const script = `set -x
buildah bud --log-level=DEBUG --tls-verify=false --authfile=auth.json --tag ${to} --file=Containerfile . &&
buildah push --tls-verify=false --authfile=auth.json --digestfile=digest ${to}`;
  const { stdout } = await tryRun('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: context,
    env: workspace.env,
  });
  const out = join(folder, 'saved');
  await mkdir(out);
  await writeFile(join(out, `${POD}_image-build.log`), stdout);
  await writeFile(
    join(out, 'objects.json'),
    JSON.stringify({
      kind: 'List',
      apiVersion: 'v1',
      items: [
        {
          apiVersion: 'machineconfiguration.openshift.io/v1',
          kind: 'MachineOSConfig',
          metadata: { name: 'infra' },
          spec: {
            machineConfigPool: { name: 'infra' },
            renderedImagePushSpec: 'registry.example.com/os/infra:latest',
            containerFile: [{ containerfileArch: 'NoArch', content: own }],
          },
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `containerfile-${BUILD}`, namespace: 'openshift-machine-config-operator' },
          data: { Containerfile: whole },
        },
      ],
    }),
  );
  return out;
}

/** The finding and the fault, of what was built and saved. */
async function found(folder: string) {
  const { code, stdout, stderr } = await workspace.layers('diagnose', folder, '--output', 'json');
  expect([code, stderr]).toEqual([1, '']);
  const [pool] = JSON.parse(stdout).pools;
  return pool as {
    stage: string;
    fault: { code: string; lines: string[]; instruction?: object };
    finding: object;
  };
}

describe('the log of a real build, as a cluster runs it', () => {
  it('leads to the package in git that no repository has', async () => {
    const { stage, fault, finding } = await found(await build('package', content, 'localhost/os:a'));
    expect([stage, fault.code]).toEqual(['log', 'package-not-found']);
    expect(fault.lines.length).toBeLessThan(6);
    expect(finding).toMatchObject({
      file: 'layers/pools.yaml',
      path: expect.stringMatching(/^steps\[1\]\.packages/),
    });
  });

  it('says that there is no file beside the Containerfile', async () => {
    const own = 'FROM configs AS final\nRUN printf \'%s\\n\' "a: b"\nCOPY agent.conf /etc/agent.conf\n';
    const { stage, fault } = await found(await build('context', own, 'localhost/os:b'));
    expect([stage, fault.code]).toEqual(['log', 'no-context']);
    expect(fault.instruction).toMatchObject({ isOperators: false, line: 3, index: 2 });
  });

  it('says that the registry does not take the image', async () => {
    const own = 'FROM configs AS final\nRUN true\n';
    const { stage, fault } = await found(await build('push', own, `${closed.host}/os/infra:c`));
    expect([stage, fault.code]).toEqual(['log', 'push-denied']);
    expect(fault.instruction).toBeUndefined();
    expect(fault.lines.join('\n')).toContain('pushing image');
  });

  it('says that the base cannot be pulled', async () => {
    const own = 'FROM configs AS final\nRUN true\n';
    const { stage, fault } = await found(
      await build('pull', own, 'localhost/os:d', `${closed.host}/os/base:latest`),
    );
    expect([stage, fault.code]).toEqual(['log', 'pull-denied']);
    expect(fault.instruction).toMatchObject({ isOperators: true });
  });
});
