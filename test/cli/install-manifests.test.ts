import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { BASE, documents, LAYER, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const IMAGE = `registry.example.com/os/infra@sha256:${'7'.repeat(64)}`;
const PRE_BUILT = 'machineconfiguration.openshift.io/pre-built-image';

const RELEASE = `kind: Release
name: "4.21.3"
amd64: { rhel-coreos: "${BASE}", el: "9.6" }
`;

const INFRA = `${poolDocument({ name: 'infra', release: '4.21.3', target: ON_CLUSTER })}machineConfigPool: { maxUnavailable: 2 }
kernelArguments: [quiet]
`;

let repository: TemporaryRepository;
let folder: string;

beforeEach(() => {
  repository = temporaryRepository({
    'layers/pools.yaml': documents(
      INFRA,
      poolDocument({ name: 'old', release: '4.19.3', target: ON_CLUSTER }),
      poolDocument({ name: 'worker', release: '4.21.3' }),
    ),
    'layers/more.yaml': documents(LAYER, RELEASES, RELEASE),
  });
  expect(repository.layers('synth').status).toBe(0);
  folder = mkdtempSync(join(tmpdir(), 'layers-install-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function write(pool: string, image = IMAGE, to = folder) {
  return repository.layers('install-manifests', pool, '--image', image, '--to', to);
}

function failureOf(pool: string, image = IMAGE, to = folder) {
  const args = ['install-manifests', pool, '--image', image, '--to', to, '--output', 'json'];
  const { status, stdout } = repository.layers(...args);
  const { type, diagnostics } = JSON.parse(stdout);
  expect(type).toBe('failed');
  return { status, ...diagnostics[0] };
}

type Objects = { kind: string; metadata: { name: string; annotations: Record<string, string> } }[];
const objectsIn = (text: string) => yaml.loadAll(text) as Objects;

describe('layers install-manifests', () => {
  it("writes the pool's objects, a file each, and names the image in the MachineOSConfig", () => {
    const { status, stdout, stderr } = write('infra');
    expect(status, stderr).toBe(0);
    const files = [
      'machineconfigpool-infra.yaml',
      'machineosconfig-infra.yaml',
      'machineconfig-99-infra-os-layers.yaml',
    ];
    expect(stdout.trim().split('\n')).toEqual(files.map((file) => join(folder, file)));
    expect(readdirSync(folder).sort()).toEqual([...files].sort());
    const expected = objectsIn(repository.dist()['infra.k8s.yaml']!);
    const config = expected.find(({ kind }) => kind === 'MachineOSConfig')!;
    config.metadata.annotations[PRE_BUILT] = IMAGE;
    const written = files.flatMap((file) => objectsIn(readFileSync(join(folder, file), 'utf8')));
    expect(written).toEqual(expected);
  });

  it('makes the folder, and those above it', () => {
    const to = join(folder, 'a/b/manifests');
    expect(write('infra', IMAGE, to).status).toBe(0);
    expect(readdirSync(to)).toHaveLength(3);
  });

  it.each([
    '/proc/layers',
    '/proc/layers/manifests',
    '/proc',
  ])('fails where no folder can be made: %s', (to) => {
    expect(failureOf('infra', IMAGE, to)).toMatchObject({ status: 2, code: 'not-a-folder' });
  });

  it('says what the annotation leaves behind', () => {
    const { stderr } = write('infra');
    expect(stderr).toContain('10-prebuiltimage-osimageurl-infra');
    expect(stderr).toContain('4.22');
    const args = ['install-manifests', 'infra', '--image', IMAGE, '--to', folder, '--output', 'json'];
    const { pool, files, diagnostics } = JSON.parse(repository.layers(...args).stdout);
    expect([pool, files.length]).toEqual(['infra', 3]);
    expect(diagnostics).toMatchObject([{ code: 'for-installation-only', severity: 'warning' }]);
  });

  it('leaves dist/ without the annotation, whatever is synthesised later', () => {
    write('infra');
    expect(repository.layers('synth').stderr).toContain('up to date');
    expect(Object.values(repository.dist()).join()).not.toContain(PRE_BUILT);
  });

  it('replaces what it wrote, and leaves other files of the folder', () => {
    writeFileSync(join(folder, '99-other.yaml'), 'mine\n');
    write('infra');
    const other = IMAGE.replaceAll('7', '8');
    expect(write('infra', other).status).toBe(0);
    expect(readFileSync(join(folder, 'machineosconfig-infra.yaml'), 'utf8')).toContain(other);
    expect(readFileSync(join(folder, '99-other.yaml'), 'utf8')).toBe('mine\n');
  });

  it('makes the folder, and takes the image without its tag', () => {
    const to = join(folder, 'a/manifests');
    expect(write('infra', IMAGE.replace('@', ':latest@'), to).status).toBe(0);
    const [config] = objectsIn(readFileSync(join(to, 'machineosconfig-infra.yaml'), 'utf8'));
    expect(config!.metadata.annotations[PRE_BUILT]).toBe(IMAGE);
  });

  it.each([
    ['a tag', 'registry.example.com/os/infra:latest', 'has no digest'],
    ['a deep path', `registry.example.com/a/b/infra@sha256:${'7'.repeat(64)}`, 'cannot record'],
    ['a short name', `docker.io/infra@sha256:${'7'.repeat(64)}`, 'canonical'],
    ['an upper-case path', `registry.example.com/OS/infra@sha256:${'7'.repeat(64)}`, 'not a repository path'],
    ['a short digest', 'registry.example.com/os/infra@sha256:77', 'not a digest'],
    [
      'the payload of a release',
      `quay.io/openshift-release-dev/ocp-release@sha256:${'7'.repeat(64)}`,
      'payload',
    ],
  ])('refuses %s for an image', (_, image, message) => {
    expect(failureOf('infra', image)).toMatchObject({
      status: 2,
      code: 'invalid-value',
      message: expect.stringContaining(message),
      path: '--image',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['a release before 4.21', 'old', 'release-too-old', 'release'],
    ['a pool that its cluster does not build', 'worker', 'not-built-by-cluster', 'target'],
  ])('refuses %s, where that is written', (_, pool, code, path) => {
    expect(failureOf(pool)).toMatchObject({ status: 2, code, file: 'layers/pools.yaml', path });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a pool that is none', () => {
    expect(failureOf('infar')).toMatchObject({
      status: 2,
      code: 'unknown-pool',
      hint: 'Did you mean infra?',
    });
  });

  it.each([
    'dist',
    'dist/install',
    './layers/../dist',
    'layers/install',
  ])('refuses %s, which is not for these', (to) => {
    const before = repository.dist();
    expect(failureOf('infra', IMAGE, join(repository.root, to))).toMatchObject({
      status: 2,
      code: 'not-for-install-manifests',
    });
    expect(repository.dist()).toEqual(before);
  });

  it('refuses a link to dist/', () => {
    const link = join(folder, 'link');
    symlinkSync(join(repository.root, 'dist'), link);
    expect(failureOf('infra', IMAGE, link)).toMatchObject({ code: 'not-for-install-manifests' });
    expect(failureOf('infra', IMAGE, join(link, 'new'))).toMatchObject({ code: 'not-for-install-manifests' });
  });

  it('says where the folder is a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(failureOf('infra', IMAGE, file)).toMatchObject({ status: 2, code: 'not-a-folder' });
  });

  it('says where dist/ lacks the pool', () => {
    rmSync(join(repository.root, 'dist/infra.k8s.yaml'));
    expect(failureOf('infra')).toMatchObject({ status: 2, code: 'dist-broken', file: 'dist/infra.k8s.yaml' });
  });
});
