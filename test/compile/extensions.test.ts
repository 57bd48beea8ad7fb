import { describe, expect, it } from 'vitest';
import { EXTENSIONS } from '../../src/spec/node.ts';
import { extensionsOf } from '../../src/values/extensions.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { compileIn, MACHINE_OS_CONFIG, repository } from './compile-pool.ts';

const layers = (step: object) => [{ name: 'tools', steps: [step] }];
const USBGUARD = { packages: { install: ['htop', 'usbguard'] } };

function errors(pool: object, step: object) {
  return compileIn(repository({ pool, layers: layers(step) })).diagnostics.filter(
    ({ severity }) => severity === 'error',
  );
}

describe('an extension whose package a layer has as well', () => {
  it('is an error, with both places', () => {
    expect(errors({ extensions: ['sysstat', 'usbguard'] }, USBGUARD)).toEqual([
      expect.objectContaining({
        code: 'extension-clash',
        message: 'a layer has usbguard, which the extension usbguard installs as well',
        origin: expect.objectContaining({ path: ['extensions'] }),
        related: [
          expect.objectContaining({
            origin: expect.objectContaining({ path: ['steps', 0, 'packages', 'install', 1] }),
          }),
        ],
      }),
    ]);
  });

  it.each(['usbguard.x86_64', 'usbguard-1.0.0-15.el9'])('is one of %s, too', (name) => {
    expect(errors({ extensions: ['usbguard'] }, { packages: { install: [name] } })).toMatchObject([
      {
        code: 'extension-clash',
        message: `a layer has ${name}, which the extension usbguard installs as well`,
      },
    ]);
  });

  it('is one of an RPM, too', () => {
    const rpm = { url: 'https://example.com/libreswan-4.12-1.el9.x86_64.rpm' };
    const [error] = errors({ extensions: ['ipsec'] }, { rpms: { rpms: [rpm] } });
    expect(error).toMatchObject({ code: 'extension-clash', message: expect.stringContaining('libreswan') });
  });

  it.each([
    ['with another extension', { extensions: ['sysstat'] }, USBGUARD],
    ['where a layer removes it', { extensions: ['usbguard'] }, { remove: { packages: ['usbguard'] } }],
    [
      'where the cluster builds, which installs it once',
      { extensions: ['usbguard'], target: MACHINE_OS_CONFIG },
      USBGUARD,
    ],
  ])('is none %s', (_, pool, step) => {
    expect(errors(pool, step)).toEqual([]);
  });
});

describe('the extensions of a release', () => {
  const names = (release: string) => [...extensionsOf(release as ReleaseVersion).keys()];

  it('are those that its operator knows', () => {
    const all = [...EXTENSIONS];
    expect(names('4.18.21')).toEqual(all.filter((name) => name !== 'two-node-ha'));
    expect(names('4.21.0')).toEqual(all);
    expect(names('4.22.0')).toEqual(all.filter((name) => name !== 'wasm'));
    expect(names('5.1.0')).toEqual(all.filter((name) => name !== 'wasm'));
  });

  it('have the packages of that release', () => {
    expect(extensionsOf('4.22.0' as ReleaseVersion).get('ipsec')).not.toContain('openvswitch3.5-ipsec');
    expect(extensionsOf('5.0.0' as ReleaseVersion).get('ipsec')).toContain('openvswitch3.5-ipsec');
  });
});
