import { beforeEach, describe, expect, it } from 'vitest';
import { located } from '../../src/actions/failed-step.ts';
import { type FailedStep, failure, type Origin } from '../../src/diagnostics.ts';
import { installInto, type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const SUM = '4'.repeat(64);
const DOCUMENTS = `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/example/os@sha256:${SUM}" }
---
kind: Layer
name: tools
steps:
  - stage:
      name: builder
      from: quay.io/example/builder@sha256:${SUM}
      run: [make]
      copy: [{ from: /out, to: /usr/bin/out }]
  - packages: { install: [htop, no-such-package] }
  - rpms:
      rpms:
        - { url: "https://example.com/files/agent-1-1.x86_64.rpm" }
---
kind: Pool
name: worker
release: "4.19.3"
refresh: again
layers:
  - tools
  - { name: own, steps: [{ files: [{ path: /etc/a, content: a }, { path: /etc/b, content: b }] }] }
target: { machineConfig: { image: registry.example.com/os/worker } }
`;

const APP = `import { LayeredPool, LayersApp, OsLayer, PoolTarget } from 'cdk8s-os-layers';
const app = new LayersApp();
new LayeredPool(app, 'worker', {
  release: '4.19.3',
  layers: ['tools', OsLayer.packages('driver', { install: ['nvidia-driver'] })],
  target: PoolTarget.machineConfig({ image: 'registry.example.com/os/worker' }),
});
app.synth();
`;

let repository: TemporaryRepository;
let build: string;

function prepare(files: Record<string, string> = {}): void {
  repository = temporaryRepository({ 'layers/a.yaml': DOCUMENTS, ...files });
}

function synth(): void {
  const { status, stderr } = repository.layers('synth');
  expect(status, stderr).toBe(0);
  build = JSON.parse(repository.read('dist/worker.build')).build;
}

/** The place that is found for a step of the build. */
function placeOf(step: Partial<FailedStep>): Origin | undefined {
  const failed: FailedStep = { build, pools: ['worker'], attempts: 1, ...step };
  const error = failure('build', 'build-failed', 'it failed', { failed });
  return located(repository.root, error).diagnostics[0]!.origin;
}

/** By what the Containerfile has at an index: the instructions of the build, as they are counted. */
function instructions(): string[] {
  const text = repository.read(`dist/builds/${build}/Containerfile`);
  return text.split('\n').filter((line) => /^(?:FROM|RUN|COPY|LABEL) /.test(line));
}

const indexOf = (start: string) => instructions().findIndex((line) => line.startsWith(start)) + 1;

describe('an instruction that failed has a place in layers/', () => {
  beforeEach(() => {
    prepare();
    synth();
  });

  it.each([
    ['FROM quay.io/example/builder', 1, ['steps', 0, 'stage', 'from']],
    ['RUN make', 1, ['steps', 0, 'stage']],
    ['FROM quay.io/example/os', 0, ['amd64', 'rhel-coreos']],
    ['LABEL cdk8s-os-layers/refresh', 2, ['layers']],
    ['COPY --from=builder', 1, ['steps', 0, 'stage']],
    ['RUN dnf install -y htop', 1, ['steps', 1, 'packages']],
    ['RUN mkdir /tmp/rpms', 1, ['steps', 2, 'rpms']],
    ['COPY --chmod=0644 --chown=root:root a.', 2, ['layers', 1, 'steps', 0, 'files']],
    ['COPY --chmod=0644 --chown=root:root b.', 2, ['layers', 1, 'steps', 0, 'files']],
    ['RUN bootc container lint', 2, ['layers']],
  ] as const)('%s', (start, document, path) => {
    const index = indexOf(start);
    expect(index, instructions().join('\n')).toBeGreaterThan(0);
    expect(placeOf({ index })).toEqual({ file: 'layers/a.yaml', document, path });
  });

  it('which is the very value that it is about, where that is known', () => {
    const packages = { index: indexOf('RUN dnf install -y htop') };
    const install = ['steps', 1, 'packages', 'install', 1];
    expect(placeOf({ ...packages, subject: 'no-such-package' })?.path).toEqual(install);
    const rpms = { index: indexOf('RUN mkdir /tmp/rpms') };
    const url = ['steps', 2, 'rpms', 'rpms', 0, 'url'];
    expect(placeOf({ ...rpms, subject: 'agent-1-1.x86_64.rpm' })?.path).toEqual(url);
    expect(placeOf({ ...rpms, subject: 'example.com' })?.path).toEqual(url);
    expect(placeOf({ ...rpms, subject: 'something else' })?.path).toEqual(['steps', 2, 'rpms']);
  });

  it('and has none where the engine came to no instruction, or to one of its own', () => {
    expect(placeOf({})).toBeUndefined();
    expect(placeOf({ index: instructions().length + 1 })).toBeUndefined();
    expect(placeOf({ index: 1, build: '0'.repeat(32) })).toBeUndefined();
  });

  it('nor where what was written since does not compile', () => {
    repository.write({ 'layers/a.yaml': 'kind: [' });
    expect(placeOf({ index: 1 })).toBeUndefined();
  });
});

it('in an app of its own too, whose pools have the places of their constructs', () => {
  prepare({
    'layers/a.yaml': DOCUMENTS.slice(0, DOCUMENTS.lastIndexOf('---')),
    'cdk8s.yaml': 'language: typescript\napp: node app.mjs\noutput: dist\n',
    'app.mjs': APP,
  });
  installInto(repository);
  synth();
  const path = ['steps', 1, 'packages', 'install', 1];
  const named = { index: indexOf('RUN dnf install -y htop'), subject: 'no-such-package' };
  expect(placeOf(named)).toEqual({ file: 'layers/a.yaml', document: 1, path });
  expect(placeOf({ index: indexOf('RUN dnf install -y nvidia') })).toMatchObject({ construct: 'worker' });
  expect(repository.leftOver()).toEqual([]);
});
