import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import * as k from '../diagnose/cluster.ts';
import { FAILURES } from '../diagnose/failures.ts';
import { folderOf } from '../gathered/folder.ts';
import { documents, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { installInto, type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const LAYER = `kind: Layer
name: tools
steps:
  - packages:
      install:
        - htop
        - cowsay
  - run: { reason: shown, commands: [/usr/bin/true] }
`;

const REPOSITORY = {
  'layers/pools.yaml': documents(
    poolDocument({ name: 'infra', target: ON_CLUSTER }),
    poolDocument({ name: 'worker' }),
  ),
  'layers/more.yaml': documents(LAYER, RELEASES),
};

function failure(name: string) {
  return FAILURES.find((each) => each.name === name)!;
}

const named = (name: string): string => {
  const { objects, logs } = failure(name);
  return k.mustGather(objects, logs);
};

/** What the cluster would have of a repository's pool: the MachineOSConfig of dist/, and a build of it that failed. */
function failedBuildOf(repository: TemporaryRepository, edit = (content: string) => content): string {
  const { status, stderr } = repository.layers('synth');
  expect(status, stderr).toBe(0);
  const documents = yaml.loadAll(repository.read('dist/infra.k8s.yaml')) as {
    kind: string;
    spec: { containerFile: { content: string }[] };
  }[];
  const content = edit(
    documents.find(({ kind }) => kind === 'MachineOSConfig')!.spec.containerFile[0]!.content,
  );
  const instruction = content
    .slice(content.indexOf('RUN dnf'))
    .replace(/\nRUN[\s\S]*/, '')
    .replaceAll(/\\\n/g, '')
    .trim();
  return k.mustGather(
    [
      k.config({ containerFile: [{ containerfileArch: 'NoArch', content }] }),
      k.pool(),
      k.build('Failed'),
      k.FAILED_JOB,
      k.pod(),
      ...k.auxiliary(content),
    ],
    {
      [`${k.POD}/image-build`]: k.failingLog(
        instruction,
        '[3/3] STEP 2/3:',
        'No match for argument: cowsay\nError: Unable to find a match: cowsay',
      ),
    },
  );
}

describe('layers diagnose', () => {
  it('names the file and line in git of what an instruction failed at', () => {
    const repository = temporaryRepository(REPOSITORY);
    const { status, stdout, stderr } = repository.layers('diagnose', failedBuildOf(repository));
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('infra is broken');
    expect(stdout).toMatch(
      /^layers\/more\.yaml:7:11 error no enabled repository has the package cowsay: infra broke at image-build/m,
    );
    expect(stdout).toContain('  7 |         - cowsay');
    expect(stdout).toContain('| Error: Unable to find a match: cowsay');
  });

  it('says so where git has another Containerfile by now', () => {
    const repository = temporaryRepository(REPOSITORY);
    const folder = failedBuildOf(repository, (content) => `${content}RUN ostree container commit\n`);
    const { stdout } = repository.layers('diagnose', folder);
    expect(stdout).toMatch(/^layers\/more\.yaml:7:11 error/m);
    expect(stdout).toContain('What was built is not what layers/ says by now.');
  });

  it('finds the construct of a pool in TypeScript', () => {
    const repository = temporaryRepository({
      ...REPOSITORY,
      'layers/pools.yaml': '',
      'cdk8s.yaml': 'language: typescript\napp: node app.mjs\noutput: dist\n',
      'app.mjs': `import { LayeredPool, LayersApp, OsLayer, PoolTarget } from 'cdk8s-os-layers';
const app = new LayersApp();
new LayeredPool(app, 'infra', {
  release: '4.19.3',
  layers: [OsLayer.packages('own', { install: ['cowsay'] })],
  target: PoolTarget.machineOSConfig({
    renderedImagePushSpec: 'registry.example.com/os/infra:latest',
    renderedImagePushSecret: { name: 'push' },
  }),
});
app.synth();
`,
    });
    installInto(repository);
    const { stdout } = repository.layers('diagnose', failedBuildOf(repository));
    expect(stdout).toMatch(/^infra: layers\[0\]\S* error no enabled repository has the package cowsay/m);
  });

  it('needs no repository, and goes on where there is a broken one', () => {
    for (const files of [{}, { 'layers/a.yaml': 'kind: Nothing\n' }] as Record<string, string>[]) {
      const repository = temporaryRepository(files);
      const { status, stdout } = repository.layers('diagnose', named('a package that no repository has'));
      expect(status).toBe(1);
      expect(stdout).toMatch(
        /^error no enabled repository has the package cowsay: .* line 2 of its Containerfile/m,
      );
    }
  });

  it('has all of it as data', () => {
    const repository = temporaryRepository(REPOSITORY);
    const { status, stdout } = repository.layers('diagnose', failedBuildOf(repository), '--output', 'json');
    expect(status).toBe(1);
    const { pools, diagnostics } = JSON.parse(stdout);
    expect(diagnostics).toEqual([]);
    expect(pools).toHaveLength(1);
    expect(pools[0]).toMatchObject({
      pool: 'infra',
      build: k.BUILD,
      verdict: 'broken',
      stage: 'log',
      fault: {
        code: 'package-not-found',
        subject: 'cowsay',
        instruction: { line: 2, index: 1, isOperators: false },
      },
      finding: { file: 'layers/more.yaml', line: 7, column: 11, code: 'package-not-found' },
    });
    expect(pools[0].stages.map(({ stage }: { stage: string }) => stage)).toEqual([
      'config',
      'pool',
      'secrets',
      'operator',
      'build',
      'job',
      'pods',
      'log',
      'digest',
      'result',
      'nodes',
    ]);
    const map = pools[0].auxiliary.find(({ name }: { name: string }) => name.startsWith('containerfile-'));
    expect(map.text).toContain('FROM configs AS final');
    expect(stdout).not.toContain(k.PASSWORD);
  });

  it('looks at every pool, or at the one that is named', () => {
    const worker = (object: k.Saved) => JSON.parse(JSON.stringify(object).replaceAll('infra', 'worker'));
    const folder = k.mustGather([
      ...k.INPUTS,
      ...[k.config(), k.pool(), k.rendered()].map(worker),
      k.build('Building'),
      k.RUNNING_JOB,
    ]);
    const repository = temporaryRepository();
    const all = repository.layers('diagnose', folder);
    expect(all.status).toBe(1);
    expect(all.stdout).toMatch(/^infra is under way/);
    expect(all.stdout).toMatch(/^worker is broken/m);
    const one = repository.layers('diagnose', folder, '--pool', 'infra');
    expect([one.status, one.stdout]).toEqual([0, expect.not.stringContaining('worker is')]);
    const none = repository.layers('diagnose', folder, '--pool', 'wroker');
    expect(none.status).toBe(2);
    expect(none.stderr).toContain('nothing was saved of a pool wroker');
    expect(none.stderr).toContain('worker');
  });

  it('ends in 0 where all is well', () => {
    const repository = temporaryRepository();
    const image = `quay.io/team/os@${k.DIGEST}`;
    const folder = k.mustGather([
      ...k.INPUTS.slice(2),
      k.config(
        {},
        {
          metadata: { annotations: { [`${k.GROUP}/current-machine-os-build`]: k.BUILD } },
          status: { currentImagePullSpec: image },
        },
      ),
      k.pool([], {}, { updatedMachineCount: 1 }),
      k.build('Succeeded', { status: { digestedImagePushSpec: image } }),
    ]);
    const { status, stdout } = repository.layers('diagnose', folder);
    expect(stdout).toMatch(/^infra is well/);
    expect(stdout).toContain(image);
    expect(status).toBe(0);
  });

  it('ends in 2 where there is nothing to read', () => {
    const repository = temporaryRepository({
      'empty/notes.md': 'nothing\n',
      'other/a.yaml': JSON.stringify(k.secret('a')),
    });
    mkdirSync(join(repository.root, 'bare'));
    for (const folder of ['empty', 'other', 'bare', 'absent']) {
      const { status, stderr, stdout } = repository.layers('diagnose', folder);
      expect([folder, status, stdout]).toEqual([folder, 2, '']);
      expect(stderr).toContain('(nothing-saved)');
    }
  });

  it('tells what it could not read', () => {
    const { objects, logs } = failure('a package that no repository has');
    const folder = k.mustGather(objects, logs);
    const broken = folderOf({ 'pods.yaml': 'kind: Pod\n  b: [', 'mosc.json': k.config() });
    const repository = temporaryRepository();
    expect(repository.layers('diagnose', folder).stderr).toBe('');
    expect(repository.layers('diagnose', broken).stderr).toContain('warning pods.yaml is passed over');
  });

  it('shows no password of a proxy, which a build prints', () => {
    const log = `+ buildah bud --build-arg HTTP_PROXY=http://me:${k.PASSWORD}@proxy:3128 .\nError: no\n`;
    const folder = folderOf({ [`${k.POD}.log`]: log });
    for (const output of ['text', 'json']) {
      const { stdout } = temporaryRepository().layers('diagnose', folder, '--output', output);
      expect(stdout).toContain('HTTP_PROXY=http://***@proxy:3128');
      expect(stdout).not.toContain(k.PASSWORD);
    }
  });

  it('does not take what synth wrote for what a cluster has', () => {
    const repository = temporaryRepository(REPOSITORY);
    expect(repository.layers('synth').status).toBe(0);
    const { status, stderr } = repository.layers('diagnose', '.');
    expect([status, stderr]).toEqual([2, expect.stringContaining('nothing-saved')]);
  });

  it('knows a pool by the build that degraded it', () => {
    const degraded = k.pool([k.condition('ImageBuildDegraded', 'True', 'BuildFailed', 'it failed')]);
    const folder = folderOf({ 'pool.json': degraded });
    const { status, stdout } = temporaryRepository().layers('diagnose', folder);
    expect([status, stdout]).toEqual([1, expect.stringContaining('infra broke at MachineConfigPool')]);
  });

  it('shows no credential, whatever broke', () => {
    const repository = temporaryRepository();
    const folder = named('a Secret with a key that the operator does not know');
    for (const output of ['text', 'json']) {
      const { stdout, stderr } = repository.layers('diagnose', folder, '--output', output);
      expect(stdout + stderr).not.toContain(k.PASSWORD);
      expect(stdout).toContain('identitytoken');
    }
  });
});
