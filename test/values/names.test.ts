import { describe, expect, it } from 'vitest';
import { dnsLabel, packageName, poolName, repositoryId, secretName } from '../../src/values/names.ts';
import { formatPoolId, parsePoolId } from '../../src/values/pool-id.ts';
import { isAtLeast, type ReleaseVersion, releaseVersion } from '../../src/values/release-version.ts';
import { parse } from './parse.ts';

const ATTACKS = [
  'a b',
  'a;id',
  'a$(id)',
  'a`id`',
  "a'",
  'a"',
  'a\nb',
  'a\n',
  '-a',
  '',
  '../a',
  'а',
  'a\u200b',
];

describe('names', () => {
  it.each([
    ['layer', dnsLabel],
    ['pool', poolName],
    ['Secret', secretName],
    ['package', packageName],
    ['repository', repositoryId],
  ])('of a %s are of plain characters only', (_, schema) => {
    for (const text of ATTACKS) expect(parse(schema, text).message, JSON.stringify(text)).toBeDefined();
    for (const text of ATTACKS) expect(parse(schema, text).hint, JSON.stringify(text)).toBeTruthy();
  });

  it('of layers and namespaces are DNS labels', () => {
    expect(parse(dnsLabel, 'a'.repeat(63)).value).toBe('a'.repeat(63));
    for (const text of ['a'.repeat(64), 'A', 'a-', 'a.b', 'a_b']) {
      expect(parse(dnsLabel, text).message).toContain('is not a name');
    }
  });

  it('of pools leave room for what the operator adds', () => {
    expect(parse(poolName, 'a'.repeat(21)).value).toBeDefined();
    expect(parse(poolName, 'a'.repeat(22)).message).toContain('has 22 characters, and at most 21 work');
  });

  it('of Secrets may have dots', () => {
    expect(parse(secretName, 'a.b-c').value).toBe('a.b-c');
    for (const text of ['a..b', '.a', 'a.', 'a'.repeat(64)]) {
      expect(parse(secretName, text).message).toContain('is not a usable Secret name');
    }
  });

  it.each([
    'systemd',
    'glibc.i686',
    'gtk+',
    'kernel-5.14.0-570.16.1.el9_6.x86_64',
    'a-1:2~rc1^git',
  ])('%s is a package', (text) => expect(parse(packageName, text).value).toBe(text));
});

describe('a release', () => {
  it.each(['4.19.3', '4.18.0', '5.0.0-rc.1', '4.20.10'])('%s is one', (text) => {
    expect(parse(releaseVersion, text).value).toBe(text);
  });

  it.each([
    '4.19',
    '4',
    'v4.19.3',
    '4.19.3 ',
    '4.19.3\n',
    '04.19.3',
    '4.019.3',
    '4.19.x',
    '4.19.3+a',
    'latest',
  ])('%j is none', (text) => expect(parse(releaseVersion, text).hint).toContain('in quotes'));

  it.each([
    ['4.18.21', false],
    ['4.19.0', true],
    ['4.19.0-rc.1', true],
    ['4.20.1', true],
    ['4.9.1', false],
    ['5.0.0', true],
    ['3.20.0', false],
  ])('%s is at least 4.19: %s', (text, expected) => {
    expect(isAtLeast(text as ReleaseVersion, '4.19')).toBe(expected);
  });
});

describe("a pool's identity", () => {
  it.each([{ pool: 'worker' }, { cluster: 'prod', pool: 'worker' }])('$cluster/$pool', (id) => {
    expect(parsePoolId(formatPoolId(id))).toEqual(id);
  });
});
