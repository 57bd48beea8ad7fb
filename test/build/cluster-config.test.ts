import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { type ClusterInput, clusterConfig } from '../../src/build/cluster-config.ts';
import { readRendered } from '../../src/build/rendered-config.ts';

const A = `quay.io/a/os@sha256:${'a1'.repeat(32)}`;
const B = `quay.io/a/extensions@sha256:${'b2'.repeat(32)}`;
const WORKER = `quay.io/a/worker@sha256:${'c3'.repeat(32)}`;

const configOf = (release: string, more: Partial<ClusterInput> = {}) =>
  clusterConfig({
    id: { pool: 'infra' },
    build: { hash: '0', release, base: A, extensions: B, steps: [] },
    saved: undefined,
    machineConfigs: [],
    ...more,
  });

const machineConfig = (spec: object) => ({
  apiVersion: 'machineconfiguration.openshift.io/v1',
  kind: 'MachineConfig',
  metadata: { name: '99-infra-os-layers' },
  spec: spec as Record<string, unknown>,
});

const parts = ({ leftOut }: ReturnType<typeof clusterConfig>) => leftOut.map(({ part }) => part);

describe('what a cluster builds from', () => {
  it('is the OS image of the release, whatever worker has, up to 4.21', () => {
    const config = configOf('4.21.9', { worker: { image: WORKER } });
    expect(config.surroundings.base).toBe(A);
    expect(parts(config)).toEqual(['rendered']);
  });

  it.each(['4.22.0', '5.0.1'])('is the image of worker from 4.22 on: %s', (release) => {
    expect(configOf(release, { worker: { image: WORKER } }).surroundings.base).toBe(WORKER);
    expect(configOf(release).surroundings.base).toBe(A);
    const unpinned = configOf(release, { worker: {} });
    expect(unpinned.surroundings.base).toBe(A);
    expect(parts(unpinned)).toEqual(['rendered', 'inherited-base']);
  });
});

describe('extensions', () => {
  it('are added to by dist/, and keep what is there twice', () => {
    const config = configOf('4.20.3', {
      machineConfigs: [machineConfig({ extensions: ['ipsec', 'ipsec'] })],
    });
    expect(config.surroundings.extensions).toEqual({
      image: B,
      packages: ['NetworkManager-libreswan', 'libreswan', 'NetworkManager-libreswan', 'libreswan'],
      kernel: 'default',
    });
  });

  it('have one package more from 5.0 on', () => {
    const { surroundings } = configOf('5.0.0', {
      machineConfigs: [machineConfig({ extensions: ['ipsec'] })],
    });
    expect(surroundings.extensions?.packages).toContain('openvswitch3.5-ipsec');
  });

  it.each([
    ['4.18.1', 'two-node-ha'],
    ['4.22.0', 'wasm'],
    ['4.20.0', 'constructor'],
  ])('of %s are not %s', (release, extension) => {
    expect(() => configOf(release, { machineConfigs: [machineConfig({ extensions: [extension] })] })).toThrow(
      'unknown-extension',
    );
  });

  it('and a kernel are left out, and told, without their image', () => {
    const config = configOf('4.20.3', {
      build: { hash: '0', release: '4.20.3', base: A, steps: [] },
      machineConfigs: [machineConfig({ extensions: ['sysstat'], kernelType: 'realtime' })],
    });
    expect(config.surroundings.extensions).toBeUndefined();
    expect(config.leftOut[1]).toMatchObject({ part: 'extensions' });
    expect(config.leftOut[1]!.why).toContain('sysstat, kernel-rt-core');
  });

  it('need no image where there is nothing to install', () => {
    expect(configOf('4.20.3').surroundings.extensions).toBeUndefined();
  });

  it.each([
    ['4.18.1', 'default'],
    ['4.19.9', 'default'],
    ['4.20.0', 'realtime'],
    ['5.0.0', 'realtime'],
  ])('come with a kernel in the build of %s: %s', (release, kernel) => {
    const spec = { extensions: ['sysstat'], kernelType: 'realtime' };
    const { surroundings } = configOf(release, { machineConfigs: [machineConfig(spec)] });
    expect(surroundings.extensions?.kernel).toBe(kernel);
  });
});

// What the operator's own code makes of inputs of ours. Not in the repository: its texts are not ours to copy.
const GOLDEN = resolve(import.meta.dirname, '../../../shared/reference/mco-golden/build-objects');
const cases = existsSync(GOLDEN)
  ? readdirSync(GOLDEN).flatMap((name) =>
      readdirSync(join(GOLDEN, name))
        .filter((release) => existsSync(join(GOLDEN, name, release, 'machineconfig.json')))
        .map((release) => ({ name, release, folder: join(GOLDEN, name) })),
    )
  : [];

describe.skipIf(cases.length === 0)(
  'the MachineConfig of a build equals that of the operator (skipped: ../shared is not here)',
  () => {
    it.each(cases)('$name, $release', ({ folder, release }) => {
      const theirs = JSON.parse(readFileSync(join(folder, release, 'machineconfig.json'), 'utf8'));
      const pool = yaml.load(readFileSync(join(folder, 'input/machineconfigpool.yaml'), 'utf8')) as {
        metadata: { name: string };
      };
      const id = { pool: pool.metadata.name };
      const saved = readRendered('/', id, join(folder, 'input/machineconfig-rendered.yaml'))!;
      const { json } = configOf(`${release}.0`, { id, saved });
      const ours = JSON.parse(json);
      // 4.18 writes its configuration in an older version of Ignition's format.
      if (release === '4.18') theirs.spec.config.ignition.version = ours.spec.config.ignition.version;
      expect(ours.metadata.name).toBe(theirs.metadata.name);
      const { baseOSExtensionsContainerImage: _, ...spec } = ours.spec;
      const { baseOSExtensionsContainerImage: __, ...expected } = theirs.spec;
      expect(spec).toEqual(expected);
    });
  },
);
