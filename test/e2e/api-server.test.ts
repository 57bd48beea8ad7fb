import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { render } from '../../src/synth/synth.ts';
import { CRD_FOLDER, HAS_CRDS, WITHOUT_CRDS } from '../conformance/crds.ts';
import { allBlocks } from '../docs/blocks.ts';
import { argoCdCrds } from '../fixtures/kube/argo-cd.ts';
import { type Kube, startKube } from '../fixtures/kube.ts';
import { createWorkspace } from '../fixtures/workspace.ts';
import { scenarios } from '../scenarios/scenarios.ts';

let kube: Kube;

beforeAll(async () => {
  kube = await startKube();
  await kube.define({ at: await argoCdCrds() });
  if (HAS_CRDS) await kube.define({ at: CRD_FOLDER });
  else
    process.stderr.write(`test/e2e/api-server: nothing of OpenShift's is applied, because ${WITHOUT_CRDS}\n`);
  for (const namespace of ['openshift-gitops', 'os-builds'])
    await kubectl(['create', 'namespace', namespace]);
});

afterAll(() => kube?.stop());

async function kubectl(args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kube.kubectl(args, input);
  expect(code, stderr).toBe(0);
  return stdout;
}

/** As Argo CD applies it. The server looks at every field, and refuses those that it does not know. */
const apply = (manifests: string) =>
  kube.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], manifests);

const argoCd = allBlocks('yaml').filter(({ text }) =>
  parseAllDocuments(text).some((document) => String(document.get('apiVersion')).startsWith('argoproj.io/')),
);

describe('an API server with Argo CD’s definitions', { timeout: 120_000 }, () => {
  it.each(argoCd)('accepts $page:$line', async ({ text }) => {
    const { code, stderr } = await apply(text);
    expect(code, stderr).toBe(0);
  });

  it('has an Application, a project and an ApplicationSet to look at, and refuses a misspelt one', async () => {
    const kinds = argoCd.flatMap(({ text }) =>
      parseAllDocuments(text).map((document) => document.get('kind')),
    );
    expect([...new Set(kinds)].sort()).toEqual(['AppProject', 'Application', 'ApplicationSet']);
    const set = argoCd.find(({ text }) => text.includes('kind: ApplicationSet'))!.text;
    const { code, stderr } = await apply(set.replace('preserveResourcesOnDeletion', 'preserveResources'));
    expect(code).not.toBe(0);
    expect(stderr).toContain('preserveResources');
  });

  it("makes an Application of each cluster's folder, and of no other", () => {
    const set = argoCd.find(({ text }) => text.includes('kind: ApplicationSet'))!.text;
    const [generator] = parseAllDocuments(set)[0]!.toJS().spec.generators;
    const { directories } = generator.git as { directories: { path: string; exclude?: boolean }[] };
    const matches = (path: string, glob: string) =>
      new RegExp(`^${glob.replaceAll('*', '[^/]*')}$`).test(path);
    const { input } = scenarios().find(({ name }) => name === 'twelve-clusters')!;
    const folders = new Set(
      [...render(input).files.keys()].flatMap((path) => {
        const parts = `dist/${path}`.split('/').slice(0, -1);
        return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
      }),
    );
    const chosen = [...folders].filter(
      (folder) =>
        directories.some(({ path, exclude }) => !exclude && matches(folder, path)) &&
        !directories.some(({ path, exclude }) => exclude && matches(folder, path)),
    );
    expect(folders).toContain('dist/builds');
    expect(chosen).toHaveLength(12);
    expect(chosen).not.toContain('dist/builds');
  });
});

const SAMPLES = [
  { name: 'the samples of this repository', folder: '.' },
  ...scenarios().map(({ name, input }) => ({ name: `the scenario ${name}`, folder: input })),
];

/** What one cluster gets, or the cluster that builds: objects of two clusters have the same names. */
function applicationsOf(folder: string): Map<string, string[]> {
  const applications = new Map<string, string[]>();
  for (const [path, content] of render(folder).files) {
    if (!path.endsWith('.k8s.yaml')) continue;
    const name = path.includes('/') ? path.split('/')[0]! : '';
    applications.set(name, [...(applications.get(name) ?? []), String(content)]);
  }
  return applications;
}

// Not `skip`: CI takes a skipped test for a failed one, and a clone by itself has no ../shared.
if (HAS_CRDS) {
  describe('an API server with OpenShift’s definitions', { timeout: 300_000 }, () => {
    // Pools that were never pinned have nothing to apply.
    const samples = SAMPLES.map(({ name, folder }) => ({ name, applications: applicationsOf(folder) }));
    const applied = samples.filter(({ applications }) => applications.size > 0);

    it('has something to look at', () => {
      expect(applied.length).toBeGreaterThan(5);
    });

    it.each(applied)('accepts every object of $name', async ({ applications }) => {
      for (const manifests of applications.values()) {
        const { code, stderr } = await apply(manifests.join('---\n'));
        expect(code, stderr).toBe(0);
        const kinds = 'machineconfig,machineosconfig,machineconfigpool';
        await kubectl(['delete', kinds, '--all']);
      }
    });

    it('accepts manifests for an installation, selectors and waves', async () => {
      const workspace = await createWorkspace('api-server');
      try {
        await workspace.write('layers/pools.yaml', INSTALLED);
        expect((await workspace.layers('synth')).code).toBe(0);
        const image = `registry.example.com/os/infra@sha256:${'7'.repeat(64)}`;
        const written = await workspace.layers(
          'install-manifests',
          'infra',
          '--image',
          image,
          '--to',
          'install',
        );
        expect(written.code, written.stderr).toBe(0);
        const folder = join(workspace.root, 'install');
        const files = readdirSync(folder);
        expect(files).toHaveLength(3);
        const { code, stderr } = await apply(
          files.map((file) => readFileSync(join(folder, file), 'utf8')).join('---\n'),
        );
        expect(code, stderr).toBe(0);
        const live = JSON.parse(await kubectl(['get', 'machineosconfig', 'infra', '-o', 'json']));
        expect(Object.values(live.metadata.annotations)).toContain(image);
        // What the operator would then write into the status has to fit there.
        const status = { currentImagePullSpec: image };
        const patch = ['--subresource=status', '--type=merge', '--patch', JSON.stringify({ status })];
        await kubectl(['patch', 'machineosconfig', 'infra', ...patch]);
      } finally {
        await workspace.remove();
      }
    });
  });
}

const INSTALLED = `kind: Release
name: "4.21.3"
amd64: { rhel-coreos: "q.io/base@sha256:${'1'.repeat(64)}" }
---
kind: Pool
name: infra
release: "4.21.3"
layers: [{ name: tools, steps: [{ packages: { install: [htop] } }] }]
kernelArguments: [quiet]
syncWave: -5
machineConfigPool:
  nodeSelector: { matchLabels: { example.com/rack: "7", gpu: "" } }
  maxUnavailable: "10%"
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
`;
