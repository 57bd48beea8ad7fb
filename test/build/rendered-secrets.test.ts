import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { secretsIn, withoutSecrets } from '../../src/build/rendered-secrets.ts';

const data = (text: string) => ({ source: `data:,${encodeURIComponent(text)}` });
const base64 = (text: string | Buffer) =>
  `data:text/plain;charset=utf-8;base64,${Buffer.from(text).toString('base64')}`;
const AUTHS = '{"auths":{"quay.io":{"auth":"eDp5"}}}';
const KEY = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n';

const configOf = (path: string, contents: object) => ({
  ignition: { version: '3.5.0' },
  storage: { files: [{ path, mode: 420, contents }], directories: [] },
});

describe('secrets of a rendered MachineConfig', () => {
  it.each([
    ['by their place', '/var/lib/kubelet/config.json', data('{"credHelpers":{}}')],
    ['by what they are', '/etc/somewhere.json', data(AUTHS)],
    ['in base64', '/etc/somewhere.json', { source: base64(AUTHS) }],
    ['compressed', '/etc/key.pem', { source: base64(gzipSync(KEY)), compression: 'gzip' }],
    ['as tokens', '/etc/config', data('users:\n- user:\n    token: abc\n')],
  ])('are found %s, and taken out', (_, path, contents) => {
    const config = configOf(path, contents);
    expect(secretsIn(config)).toEqual([path]);
    expect(withoutSecrets(config)).toEqual(configOf(path, { source: 'data:,' }));
    expect(secretsIn(withoutSecrets(config))).toEqual([]);
  });

  it.each([
    ['a certificate', '/etc/kubernetes/ca.crt', data('-----BEGIN CERTIFICATE-----\nMIIB\n')],
    ['settings', '/etc/containers/registries.conf', data('unqualified-search-registries = []\n')],
    ['an empty file', '/var/lib/kubelet/config.json', data('')],
    ['what is elsewhere', '/etc/x', { source: 'https://example.com/x' }],
    ['what is no text', '/etc/x', { source: 'data:,%ff' }],
  ])('are not: %s', (_, path, contents) => {
    const config = configOf(path, contents);
    expect(secretsIn(config)).toEqual([]);
    expect(withoutSecrets(config)).toEqual(config);
  });

  it('are passwords, too', () => {
    const config = {
      passwd: { users: [{ name: 'core', passwordHash: '$6$x', sshAuthorizedKeys: ['ssh-rsa A'] }] },
    };
    expect(secretsIn(config)).toEqual(['the password of core']);
    expect(withoutSecrets(config)).toEqual({
      passwd: { users: [{ name: 'core', sshAuthorizedKeys: ['ssh-rsa A'] }] },
    });
  });
});
