import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAILURES } from '../../src/engines/failures/index.ts';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, createRepository, gpgKey, signRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { type FaultyProxy, startProxy } from './support/proxy.ts';
import { layersWith } from './support/running.ts';
import { pushSmallBase } from './support/small-base.ts';
import { stateOf } from './support/state.ts';

let registry: Registry;
let closed: Registry;
let proxy: FaultyProxy;
let served: DirectoryServer;
let behindCertificate: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let small: string;
const rpms: Record<'newer' | 'older', { url: string; sha256: string }> = {
  newer: { url: '', sha256: '' },
  older: { url: '', sha256: '' },
};

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  closed = await startRegistry({ htpasswd: { user: 'somebody', password: 'else' } });
  proxy = await startProxy(registry);
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path, { account: { user: 'somebody', password: 'else' } });
  rpms.newer = await publish('1.1');
  rpms.older = await publish('0.9');
  await repository('unsigned', (rpm) => Promise.resolve(rpm));
  await repository('signed', signRpm);
  await mkdir(join(files.path, 'entitlement'));
  const tls = await loopbackCertificate();
  const read = (file: string) => readFile(file);
  behindCertificate = await serveDirectory(files.path, {
    tls: {
      ...{ ca: await read(tls.caFile), cert: await read(tls.certFile), key: await read(tls.keyFile) },
      ...{ requestCert: true, rejectUnauthorized: true },
    },
  });
  const openssl = (...args: string[]) => run('openssl', args, { cwd: join(files.path, 'entitlement') });
  await openssl(
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=nobody', '-days', '1'],
    ...['-keyout', 'lost.key', '-out', '123.pem'],
  );
  // Of another certificate, as where only one of two files was renewed.
  await openssl('genpkey', '-algorithm', 'RSA', '-out', '123-key.pem');
  workspace = await createWorkspace('diagnoses');
  small = await pushSmallBase(workspace, registry, 'small');
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write('layers/files/KEY', await gpgKey());
  await workspace.write('layers/files/OTHER', await otherKey());
  await workspace.write('layers/release.yaml', documents(release('4.18.3', await baseRef(registry))));
  await workspace.commit('a release');
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await behindCertificate?.stop();
  await files?.remove();
  await proxy?.stop();
  await registry?.stop();
  await closed?.stop();
});

async function publish(version: string) {
  const rpm = await buildRpm({
    ...{ name: 'fixture-hello', version, release: '1' },
    files: { '/usr/share/fixture-hello/version': `${version}\n` },
  });
  await copyFile(rpm, join(files.path, basename(rpm)));
  const sum = createHash('sha256').update(await readFile(rpm));
  return { url: `${served.url}/${basename(rpm)}`, sha256: sum.digest('hex') };
}

async function repository(name: string, made: (rpm: string) => Promise<string>): Promise<void> {
  const spec = {
    name: 'fixture-tool',
    version: '1.0',
    release: '1',
    files: { '/usr/share/fixture-tool': '' },
  };
  const rpm = await made(await buildRpm(spec));
  await mkdir(join(files.path, name));
  await copyFile(rpm, join(files.path, name, basename(rpm)));
  await createRepository(join(files.path, name));
}

/** A key that has signed nothing. */
async function otherKey(): Promise<string> {
  const home = join(files.path, 'g');
  await mkdir(home, { mode: 0o700 });
  const gpg = (...args: string[]) => run('gpg', ['--homedir', home, '--batch', '--quiet', ...args]);
  await gpg(
    '--passphrase',
    '',
    '--quick-generate-key',
    'nobody <nobody@example.com>',
    'rsa2048',
    'sign',
    'never',
  );
  const key = await gpg('--armor', '--export');
  await run('gpgconf', ['--homedir', home, '--kill', 'gpg-agent']);
  return key;
}

interface Case {
  readonly what: string;
  readonly code: string;
  readonly exit: 3 | 4;
  readonly steps?: () => object[];
  readonly pool?: () => object;
  /** What the message begins with. */
  readonly says: RegExp;
  /** The text in layers/ that its place is at. */
  readonly at: string;
  readonly args?: () => string[];
  readonly attempts?: number;
  readonly before?: () => void;
}

const install = (id: string, more: object) => [
  { repository: { id, baseurl: `${served.url}/${id}`, ...more } },
  { packages: { install: ['fixture-tool'] } },
];
const shell = (...commands: string[]) => [{ run: { reason: 'a test', commands } }];

const CASES: readonly Case[] = [
  {
    ...{ what: 'a package that no repository has', code: 'package-not-found', exit: 3 },
    steps: () => [
      { repository: { id: 'unsigned', baseurl: `${served.url}/unsigned`, gpgcheck: false } },
      { packages: { install: ['fixture-tool', 'no-such-package'] } },
    ],
    ...{ says: /^no enabled repository has the package no-such-package: /, at: '"no-such-package"' },
  },
  {
    ...{ what: 'an RPM with another sum', code: 'wrong-checksum', exit: 3 },
    steps: () => [{ rpms: { rpms: [{ ...rpms.newer, sha256: rpms.older.sha256 }] } }],
    ...{ says: /^fixture-hello-1\.1-1\.noarch\.rpm has another checksum/, at: '"http://127.0.0.1' },
  },
  {
    ...{ what: 'a package that nobody signed', code: 'gpg-check-failed', exit: 3 },
    steps: () => install('unsigned', { gpgkey: { file: 'files/KEY' } }),
    ...{ says: /^fixture-tool-1\.0-1\.noarch\.rpm is not signed, /, at: '"packages"' },
  },
  {
    ...{ what: 'a package that another key signed', code: 'gpg-check-failed', exit: 3 },
    steps: () => install('signed', { gpgkey: { file: 'files/OTHER' } }),
    ...{ says: /^fixture-tool-1\.0-1\.noarch.* is not signed by the key/, at: '"packages"' },
  },
  {
    ...{ what: 'a download that is not there', code: 'download-not-found', exit: 3 },
    steps: () => [{ rpms: { rpms: [{ url: rpms.newer.url.replace('hello', 'nobody') }] } }],
    ...{ says: /^a download is not there \(404\): /, at: '"rpms"' },
  },
  {
    ...{ what: 'a repository that is not there', code: 'download-not-found', exit: 3 },
    steps: () => [{ packages: { install: ['fixture-tool'] } }],
    pool: () => ({ layers: ['nowhere', 'broken'] }),
    ...{ says: /^http:\S+\/nowhere\/repodata\/repomd\.xml is not there \(404\): /, at: '"packages"' },
  },
  {
    ...{ what: 'a download that needs a password', code: 'download-denied', exit: 3 },
    steps: () => [{ rpms: { rpms: [{ url: `${served.url}/private/x-1-1.noarch.rpm` }] } }],
    ...{ says: /^a server refused a download \(401\): /, at: '"rpms"' },
  },
  {
    ...{ what: 'an entitlement that is none', code: 'entitlement-refused', exit: 3 },
    steps: () => [
      { entitlement: {} },
      ...shell(
        `curl -fsSk --cert /etc/pki/entitlement/123.pem --key /etc/pki/entitlement/123-key.pem ${behindCertificate.url}/x`,
      ),
    ],
    args: () => ['--entitlement', join(files.path, 'entitlement')],
    ...{ says: /did not take the entitlement/, at: '"run"' },
  },
  {
    ...{ what: 'a hotfix older than what the base has', code: 'hotfix-older-than-base', exit: 3 },
    steps: () => [{ hotfix: { reason: 'FIXTURE-1', rpms: [rpms.older] } }],
    says: /^the base has fixture-hello-1\.0-1\.noarch already, which is newer than fixture-hello-0\.9-1\.noarch: /,
    at: '"http://127.0.0.1',
  },
  {
    ...{ what: 'a file that is left in /var', code: 'content-in-var', exit: 3 },
    steps: () => shell('touch /var/lib/agent.db'),
    ...{ says: /^\/var\/lib\/agent\.db is in \/var, /, at: '"touch /var' },
  },
  {
    ...{ what: 'a unit that the image does not have', code: 'unit-not-found', exit: 3 },
    steps: () => [{ systemd: { enable: ['nothing-here.service'] } }],
    ...{ says: /^the image has no unit nothing-here\.service: /, at: '"nothing-here.service"' },
  },
  {
    ...{ what: 'a program that is killed', code: 'killed', exit: 3 },
    steps: () => shell("sh -c 'kill -9 $$'"),
    ...{ says: /^a program was killed/, at: '"run"' },
  },
  {
    ...{ what: 'a command that no shell reads', code: 'syntax-error', exit: 3 },
    steps: () => shell('if true'),
    ...{ says: /^a command is not written as a shell reads it \(/, at: '"run"' },
  },
  {
    ...{ what: 'a server that nobody listens at', code: 'unreachable', exit: 3, attempts: 3 },
    steps: () => [{ rpms: { rpms: [{ url: 'http://127.0.0.1:9/x-1-1.noarch.rpm' }] } }],
    ...{ says: /^127\.0\.0\.1 cannot be reached from the build: /, at: '"http://127.0.0.1:9/' },
  },
  {
    ...{ what: 'a server that is always busy', code: 'server-trouble', exit: 3, attempts: 3 },
    steps: () => [{ rpms: { rpms: [{ url: `${served.url}/busy/x-1-1.noarch.rpm` }] } }],
    before: () => {
      served.fault = (request) => (request.includes('/busy/') ? 503 : undefined);
    },
    ...{ says: /^a server did not answer as it should \(503\): /, at: '"rpms"' },
  },
  {
    ...{ what: 'a base behind a login', code: 'pull-denied', exit: 4 },
    pool: () => ({
      base: small.replace(registry.host, closed.host),
      layers: [{ name: 'l', steps: [{ labels: { a: 'b' } }] }],
    }),
    ...{
      says: /refused to give 127\.0\.0\.1:\d+\/fixture\/small@sha256:.*: buildah could not pull the base/,
      at: '"127.0.0.1',
    },
  },
  {
    ...{ what: 'a base that is not there', code: 'image-not-found', exit: 4 },
    pool: () => ({
      base: small.replace(/[0-9a-f]{64}$/, '0'.repeat(64)),
      layers: [{ name: 'l', steps: [{ labels: { a: 'b' } }] }],
    }),
    ...{ says: /^the registry does not have 127\.0\.0\.1:\d+\/fixture\/small@sha256:0+: /, at: '"127.0.0.1' },
  },
  {
    ...{ what: 'a base that comes with other bytes', code: 'wrong-digest', exit: 4 },
    pool: () => ({
      base: small.replace(registry.host, proxy.host),
      layers: [{ name: 'l', steps: [{ labels: { a: 'b' } }] }],
    }),
    before: () => {
      const pulled = () => proxy.requests.filter((request) => /^GET .*\/blobs\//.test(request)).length;
      const before = pulled();
      // The configuration comes first, the layer then.
      proxy.corrupt = (request) => /^GET .*\/blobs\//.test(request) && pulled() > before + 1;
    },
    ...{ says: /^what came of .* is not what its digest says/, at: '"127.0.0.1' },
  },
  {
    ...{ what: 'a push that is refused', code: 'push-denied', exit: 4 },
    pool: () => ({
      image: `${proxy.host}/os/worker`,
      layers: [{ name: 'l', steps: [{ labels: { refused: 'yes' } }] }],
    }),
    before: () => {
      proxy.fate = (request) => (/^(POST|PUT|PATCH) /.test(request) ? 403 : 'pass');
    },
    ...{ says: /^127\.0\.0\.1:\d+ refused to take 127\.0\.0\.1:\d+\/os\/worker:build-/, at: '' },
  },
];

async function fail({ steps, pool: more, args, before }: Pick<Case, 'steps' | 'pool' | 'args' | 'before'>) {
  served.fault = () => undefined;
  proxy.fate = () => 'pass';
  proxy.corrupt = () => false;
  before?.();
  const nowhere = {
    ...{ kind: 'Layer', name: 'nowhere' },
    steps: [{ repository: { id: 'nowhere', baseurl: `${served.url}/nowhere`, gpgcheck: false } }],
  };
  const broken = { kind: 'Layer', name: 'broken', steps: steps?.() ?? [{ labels: { a: 'b' } }] };
  const worker = pool('worker', {
    ...{ image: `${registry.host}/os/worker`, layers: ['broken'] },
    ...(more?.() as object),
  });
  // A line each, for lines to differ.
  await workspace.write(
    'layers/worker.yaml',
    [worker, nowhere, broken].map((one) => JSON.stringify(one, null, 1)).join('\n---\n'),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  const state = await stateOf(workspace);
  const build = await workspace.layers('build', '--pin', '--output', 'json', ...(args?.() ?? []));
  expect(await stateOf(workspace)).toEqual(state);
  const lines = build.stdout.trim().split('\n');
  const events = lines.map((line) => JSON.parse(line));
  return { build, events, diagnostic: events.at(-1).diagnostics[0] };
}

it('every kind of failure has a build here that really fails by it', () => {
  const known = FAILURES.map(({ code }) => code);
  // In where-registries-are.test.ts and, as they take a user without root's rights, in rootless.test.ts.
  const elsewhere = ['policy-refused', 'ids-missing', 'isolation-failed', 'fuse-denied'];
  const tested = new Set([...CASES.map(({ code }) => code), 'disk-full', ...elsewhere]);
  expect([...tested].sort()).toEqual([...known].sort());
});

// On a busy machine, buildah 1.28 loses what a program prints right before it ends (measured: 3 of 80, by chroot isolation).
const LOSSY = { retry: 2 };

describe('a build that fails says what failed, where that was written, and what to try', LOSSY, () => {
  it.each(CASES)('$what', async ({ code, exit, says, at, attempts = 1, ...rest }) => {
    const { build, events, diagnostic } = await fail(rest);
    const text = JSON.stringify(diagnostic, null, 2);
    expect(diagnostic.code, text).toBe(code);
    expect(build.code, text).toBe(exit);
    expect(diagnostic.message).toMatch(says);
    expect(diagnostic.hint).toMatch(/The whole log is in \S+\.$/);
    expect(diagnostic.failed).toMatchObject({ pools: ['worker'], attempts });
    expect(diagnostic.failed.build).toMatch(/^[0-9a-f]{32}$/);
    // What cannot succeed is not tried again; what may pass is, each time said.
    const retries = events.filter(({ type }) => type === 'retry');
    expect(retries.map(({ attempt }) => attempt)).toEqual([2, 3].slice(0, attempts - 1));
    if (at === '') return;
    const file = await workspace.read(diagnostic.file);
    expect(file.split('\n')[diagnostic.line - 1]!.slice(diagnostic.column - 1)).toMatch(
      new RegExp(`^${at.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
    );
    if (diagnostic.code !== 'killed') return;
    expect(diagnostic.failed).toMatchObject({ layer: 'broken', kind: 'run', index: 2 });
  });

  it('a program of a layer that prints what mirrors print has three tries, and no more', async () => {
    const { build, diagnostic } = await fail({
      steps: () => shell("printf 'curl: (52) Empty reply from server\\n'; false"),
    });
    expect(build.code).toBe(3);
    expect(diagnostic).toMatchObject({ code: 'server-trouble', failed: { attempts: 3 } });
  });

  it('what nothing is known of is told as it is', async () => {
    const { build, diagnostic } = await fail({ steps: () => shell('echo something of its own; exit 7') });
    expect(build.code).toBe(3);
    expect(diagnostic).toMatchObject({ code: 'build-failed', failed: { attempts: 1, layer: 'broken' } });
    expect(diagnostic.message).toMatch(/^the build of worker failed in the layer broken: run, at RUN /);
    expect(diagnostic.detail).toContain('something of its own');
  });
});

describe('a disk', () => {
  /** An engine's storage on a file system of this many megabytes. */
  async function onSmallDisk<T>(
    megabytes: number,
    work: (env: NodeJS.ProcessEnv, disk: string) => Promise<T>,
  ) {
    const scratch = await scratchDirectory('disk');
    const disk = join(scratch.path, 'disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
    try {
      const conf = join(scratch.path, 'storage.conf');
      await writeFile(
        conf,
        `[storage]\ndriver = "overlay"\ngraphroot = "${disk}/store"\nrunroot = "${scratch.path}/run"\n`,
      );
      return await work({ CONTAINERS_STORAGE_CONF: conf }, disk);
    } finally {
      await tryRun('umount', ['--lazy', join(disk, 'store/overlay')]);
      await run('umount', ['--lazy', disk]);
      await scratch.remove();
    }
  }

  async function build(image: string, env: NodeJS.ProcessEnv) {
    const worker = pool('worker', {
      ...{ image: `${proxy.host}/os/worker`, layers: [{ name: 'l', steps: [{ labels: { a: 'disk' } }] }] },
      base: image.replace(registry.host, proxy.host),
    } as never);
    await workspace.write('layers/worker.yaml', documents(worker));
    expect((await workspace.layers('synth')).code).toBe(0);
    proxy.fate = () => 'pass';
    proxy.corrupt = () => false;
    proxy.requests.length = 0;
    const { code, stdout } = await layersWith(workspace, env, 'build', '--pin', '--output', 'json');
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { code, events, diagnostic: events.at(-1).diagnostics?.[0] };
  }

  const pulled = () => proxy.requests.filter((request) => /^GET .*\/blobs\//.test(request));

  it('without room for the base ends the build before anything is pulled', () =>
    onSmallDisk(30, async (env, disk) => {
      const { code, diagnostic } = await build(await baseRef(registry), env);
      expect(code).toBe(3);
      expect(diagnostic.code).toBe('no-space');
      expect(diagnostic.message).toMatch(
        new RegExp(`^${disk}/store has \\d+ MB free, and the base of worker alone takes \\d{2,} MB$`),
      );
      expect(pulled()).toEqual([]);
    }));

  it('that may be too small gets a warning, and where it was, says so', () =>
    onSmallDisk(150, async (env, disk) => {
      const { code, events, diagnostic } = await build(await baseRef(registry), env);
      expect(events.find(({ type }) => type === 'low-space')).toMatchObject({ folder: `${disk}/store` });
      expect(diagnostic).toMatchObject({ code: 'disk-full', source: 'build', failed: { attempts: 1 } });
      expect(diagnostic.message).toContain('no space left on device');
      expect(code).toBe(3);
      expect(pulled()).not.toEqual([]);
    }));

  it('that is small is enough for a small base', () =>
    onSmallDisk(30, async (env) => {
      const { code, diagnostic } = await build(small, env);
      expect(code, JSON.stringify(diagnostic)).toBe(0);
    }));
});
