import { describe, expect, it } from 'vitest';
import { effectOfChange, type PoolObjects } from '../../src/operator/effects.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { config, osConfig } from './golden.ts';

const ROLE = { 'machineconfiguration.openshift.io/role': 'worker' };

const spec = (content: string, more = {}) =>
  osConfig('worker', {
    machineConfigPool: { name: 'worker' },
    renderedImagePushSecret: { name: 'push' },
    renderedImagePushSpec: 'quay.io/a/os:latest',
    containerFile: [{ containerfileArch: 'NoArch', content }],
    ...more,
  }).spec;

const built = (config: object): PoolObjects => ({ ...plain(config), osConfig: spec('FROM configs\n') });
const plain = (own: object): PoolObjects => ({
  configs: [config({ metadata: { name: '99-a', labels: ROLE }, spec: own })],
});

const files = (...paths: string[]) => ({
  config: { ignition: { version: '3.4.0' }, storage: { files: paths.map((path) => ({ path })) } },
});
const unit = (contents: string) => ({
  config: { ignition: { version: '3.4.0' }, systemd: { units: [{ name: 'a.service', contents }] } },
});

function effect(before: PoolObjects, after: PoolObjects, release = '4.20.0') {
  const { build, reboot, consequences, refused } = effectOfChange(before, after, release as ReleaseVersion);
  return { build, reboot, what: consequences.map(({ what }) => what), ...(refused && { refused }) };
}

describe('a change', () => {
  it('of nothing starts nothing', () => {
    expect(effect(built({ kernelType: '' }), built({ kernelType: 'default' }))).toEqual({
      build: false,
      reboot: false,
      what: [],
    });
  });

  it.each([
    [{ osImageURL: 'quay.io/a/os@sha256:1' }, 'osImageURL'],
    [{ kernelType: 'realtime' }, 'kernelType'],
    [{ extensions: ['usbguard'] }, 'extensions'],
    [{ kernelArguments: ['quiet'] }, 'kernelArguments'],
  ])('of what an image is made of builds it, where the cluster builds: %j', (own, what) => {
    expect(effect(plain({}), plain(own))).toEqual({ build: false, reboot: true, what: [what] });
    expect(effect(built({}), built(own))).toEqual({ build: true, reboot: true, what: [what] });
  });

  it('of files and units builds nothing from 4.20 on, and always before', () => {
    expect(effect(built({}), built(files('/etc/a')))).toEqual({
      build: false,
      reboot: true,
      what: ['/etc/a'],
    });
    expect(effect(built(unit('a')), built(unit('b')))).toEqual({
      build: false,
      reboot: true,
      what: ['a.service'],
    });
    expect(effect(built({}), built(files('/etc/a')), '4.19.0')).toMatchObject({ build: true, reboot: true });
    expect(effect(plain({}), plain(files('/etc/a')), '4.19.0')).toMatchObject({ build: false, reboot: true });
  });

  it('of files that a service reads anew reboots nothing, unless it is built', () => {
    const change = files('/etc/containers/registries.conf', '/etc/containers/registries.d/a.yaml');
    expect(effect(plain({}), plain(change))).toMatchObject({ build: false, reboot: false });
    expect(effect(built({}), built(change), '4.19.0')).toMatchObject({ build: true, reboot: true });
    expect(effect(plain({}), plain(files('/etc/containers/registries.db')))).toMatchObject({ reboot: true });
    const user = { config: { ignition: { version: '3.4.0' }, passwd: { users: [{ name: 'core' }] } } };
    expect(effect(plain({}), plain(user))).toEqual({ build: false, reboot: false, what: ['passwd'] });
  });

  it('of a MachineOSConfig is another build, whatever it is of', () => {
    const before = built({});
    const after = (more: object) => ({ ...before, osConfig: spec('FROM configs\n', more) });
    expect(effect(before, { ...before, osConfig: spec('FROM configs\nRUN a\n') })).toEqual({
      build: true,
      reboot: true,
      what: ['spec.containerFile'],
    });
    expect(effect(before, after({ renderedImagePushSecret: { name: 'other' } }))).toEqual({
      build: true,
      reboot: true,
      what: ['spec.renderedImagePushSecret'],
    });
  });

  it('that begins on-cluster builds, and one that ends them, reboot', () => {
    expect(effect(plain({}), built({}))).toEqual({ build: true, reboot: true, what: ['MachineOSConfig'] });
    expect(effect(built({}), plain({}))).toEqual({ build: false, reboot: true, what: ['MachineOSConfig'] });
  });

  it('that the operator renders nothing of leaves nodes as they are', () => {
    expect(effect(plain({}), plain({ kernelType: 'rt' }))).toEqual({
      build: false,
      reboot: false,
      what: [],
      refused: 'validate 99-a: kernelType=rt is invalid',
    });
  });
});
