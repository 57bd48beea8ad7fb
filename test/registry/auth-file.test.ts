import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/diagnostics.ts';
import { authFileForEngine } from '../../src/registry/auth-file.ts';
import { findCredentials } from '../../src/registry/credentials.ts';
import { diagnosticOf } from './fake-registry.ts';

let home: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'layers-auth-'));
  env = { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: `${home}/bin:${process.env.PATH}` };
});

afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, content: unknown): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function login(user: string, password = 'secret') {
  return { auth: Buffer.from(`${user}:${password}`).toString('base64') };
}

function helper(name: string, script: string): void {
  chmodSync(write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`), 0o755);
}

function find(repository = 'team/app/image', authfile?: string, host = 'registry.example.com') {
  return findCredentials(host, repository, { env, authfile });
}

async function userOf(...args: Parameters<typeof find>): Promise<string | undefined> {
  const { credentials } = await find(...args);
  return credentials && ('user' in credentials ? credentials.user : credentials.identityToken);
}

describe('which file', () => {
  it('is the first that has an entry, in the order of containers-auth.json(5)', async () => {
    const entry = (user: string) => ({ auths: { 'registry.example.com': login(user) } });
    write('.docker/config.json', entry('docker'));
    expect(await userOf()).toBe('docker');
    write('docker-config/config.json', entry('docker-config'));
    env.DOCKER_CONFIG = join(home, 'docker-config');
    expect(await userOf()).toBe('docker-config');
    write('.config/containers/auth.json', entry('config'));
    expect(await userOf()).toBe('config');
    write('run/containers/auth.json', entry('run'));
    expect(await userOf()).toBe('run');
    write('run/containers/auth.json', { auths: { 'other.example.com': login('run') } });
    expect(await userOf()).toBe('config');
    env.REGISTRY_AUTH_FILE = write('named.json', entry('environment'));
    expect(await userOf()).toBe('environment');
    expect(await userOf('team/app', write('option.json', entry('option')))).toBe('option');
  });

  it('is the named one alone, as for podman and buildah', async () => {
    write('.docker/config.json', { auths: { 'registry.example.com': login('docker') } });
    const named = write('named.json', {});
    expect(await find('team/app', named)).toEqual({ read: [named], places: [named] });
  });

  it('is none where nobody logged in', async () => {
    expect(await find()).toEqual({
      read: [],
      places: [
        join(home, 'run/containers/auth.json'),
        join(home, '.config/containers/auth.json'),
        join(home, '.docker/config.json'),
      ],
    });
  });

  it.each([
    ['is missing', undefined, 'cannot be read: there is no such file'],
    ['is not JSON', '{"auths": {"registry": {"auth": "c2VjcmV0"', 'is not a JSON object'],
    ['is a list', '[]', 'is not a JSON object'],
  ])('is an error where the named one %s', async (_, content, message) => {
    const named = join(home, 'named.json');
    if (content !== undefined) write('named.json', content);
    for (const work of [() => find('a', named), () => authFileForEngine(named)]) {
      const error = await diagnosticOf(work());
      expect(error).toMatchObject({ code: 'auth-file', source: 'input' });
      expect(error.message).toBe(`the auth file ${named} ${message}`);
      expect(exitCodeOf([error])).toBe(2);
    }
    env.REGISTRY_AUTH_FILE = named;
    expect((await diagnosticOf(find())).message).toContain(named);
  });

  it('is passed to an engine only if it was named', async () => {
    const named = write('named.json', {});
    expect(await authFileForEngine(named)).toBe(named);
    expect(await authFileForEngine(undefined)).toBeUndefined();
  });

  it('is never passed over for being damaged', async () => {
    const path = write('.config/containers/auth.json', 'secret: text');
    write('.docker/config.json', { auths: { 'registry.example.com': login('docker') } });
    const error = await diagnosticOf(find());
    expect(error.message).toBe(`the auth file ${path} is not a JSON object`);
  });
});

describe('which entry', () => {
  it('is the most specific one', async () => {
    write('.docker/config.json', {
      auths: {
        'registry.example.com': login('host'),
        'registry.example.com/team': login('team'),
        'registry.example.com/team/app': login('app'),
        'registry.example.com:5000': login('port'),
      },
    });
    expect(await userOf('team/app/image')).toBe('app');
    expect(await userOf('team/app')).toBe('app');
    expect(await userOf('team/application')).toBe('team');
    expect(await userOf('other')).toBe('host');
    expect(await userOf('other', undefined, 'registry.example.com:5000')).toBe('port');
    expect(await userOf('other', undefined, 'example.com')).toBeUndefined();
    expect(await userOf('other', undefined, 'constructor')).toBeUndefined();
  });

  it('may have the key of an old Docker', async () => {
    write('.docker/config.json', {
      auths: {
        'https://registry.example.com/v1/': login('legacy'),
        'https://index.docker.io/v1/': login('hub'),
        'plain.example.com/v2/': login('v2'),
      },
    });
    expect(await userOf()).toBe('legacy');
    expect(await userOf('library/fedora', undefined, 'docker.io')).toBe('hub');
    expect(await userOf('a', undefined, 'plain.example.com')).toBe('v2');
  });

  it('keeps colons in passwords, and prefers an identity token', async () => {
    write('.docker/config.json', {
      auths: {
        'registry.example.com': login('me', 'a:b:c'),
        'registry.example.com/token': { ...login('me'), identitytoken: 'refresh' },
      },
    });
    expect((await find('a')).credentials).toEqual({ user: 'me', password: 'a:b:c' });
    expect((await find('token/a')).credentials).toEqual({ identityToken: 'refresh' });
  });

  it('is an error where it is not base64 of user:password, and is not shown', async () => {
    const path = write('.docker/config.json', { auths: { 'registry.example.com': { auth: 'c2VjcmV0' } } });
    const error = await diagnosticOf(find());
    expect(error.message).toBe(`${path}: the entry of registry.example.com is not base64 of user:password`);
    expect(JSON.stringify(error)).not.toMatch(/c2VjcmV0|secret/);
  });
});

describe('credential helpers', () => {
  it('are given the host on stdin, and replace other entries', async () => {
    helper('test', 'read host; echo "{\\"Username\\":\\"$1-$host\\",\\"Secret\\":\\"s\\"}"');
    const path = write('.docker/config.json', {
      auths: { 'registry.example.com': login('file') },
      credHelpers: { 'registry.example.com': 'test' },
    });
    expect(await find()).toMatchObject({
      credentials: { user: 'get-registry.example.com', password: 's' },
      file: path,
      entry: 'docker-credential-test',
    });
    expect(await userOf('a', undefined, 'other.example.com')).toBeUndefined();
  });

  it('of credsStore serve whatever the file has no password for', async () => {
    helper('store', 'read host; echo "{\\"Username\\":\\"<token>\\",\\"Secret\\":\\"$host\\"}"');
    write('.docker/config.json', {
      auths: { 'registry.example.com': {}, 'file.example.com': login('file') },
      credsStore: 'store',
    });
    expect(await userOf()).toBe('registry.example.com');
    expect(await userOf('library/x', undefined, 'docker.io')).toBe('https://index.docker.io/v1/');
    expect(await userOf('a', undefined, 'file.example.com')).toBe('file');
  });

  it('may have nothing: then the next file counts', async () => {
    helper('empty', 'echo "credentials not found in native keychain"; exit 1');
    write('run/containers/auth.json', { credsStore: 'empty' });
    write('.docker/config.json', { auths: { 'registry.example.com': login('docker') } });
    expect(await userOf()).toBe('docker');
  });

  it.each([
    ['missing', undefined, 'it is not installed'],
    ['failing', 'echo "secret"; echo "secret" >&2; exit 3', 'it failed (exit code 3)'],
    ['odd', 'echo secret', 'its answer is not the JSON that helpers print'],
    ['../up', undefined, 'its name is not one of a program'],
  ])('that cannot be used are an error: %s', async (name, script, message) => {
    if (script !== undefined) helper(name, script);
    const path = write('.docker/config.json', { credHelpers: { 'registry.example.com': name } });
    const error = await diagnosticOf(find());
    expect(error).toMatchObject({ code: 'credential-helper', source: 'remote' });
    expect(error.message).toContain(message);
    expect(error.hint).toContain(path);
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
