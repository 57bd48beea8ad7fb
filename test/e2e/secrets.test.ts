import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, createRepository, gpgKey, signRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, pool, release } from './support/documents.ts';
import { lockTexts } from './support/lock.ts';

/** Characters that a shell, sed, curl's configuration and dnf's variables each read in their own way. */
const ACCOUNT = { user: 'al$x"ice', password: 'p"a\\s$s w%&/:ord' };

let registry: Registry;
let files: Scratch;
let secrets: Scratch;
let behindPassword: DirectoryServer;
let behindCertificate: DirectoryServer;
let workspace: Workspace;
/** A line of each secret that must be nowhere. */
let traces: Record<'password' | 'client' | 'entitlement', string>;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('secrets');
  files = await scratchDirectory('served');
  secrets = await scratchDirectory('secrets');
  const certificates = await loopbackCertificate();
  const [ca, cert, key] = [
    await readFile(certificates.caFile),
    await readFile(certificates.certFile),
    await readFile(certificates.keyFile),
  ];
  behindPassword = await serveDirectory(files.path, { account: ACCOUNT });
  behindCertificate = await serveDirectory(files.path, {
    tls: { ca, cert, key, requestCert: true, rejectUnauthorized: true },
  });
  await serve(join(files.path, 'private'));
  const clientKey = await readFile(certificates.clientKeyFile);
  const clientCert = await readFile(certificates.clientCertFile);
  await secret('vendor', { username: ACCOUNT.user, password: `${ACCOUNT.password}\n` });
  await secret('wrong', { username: ACCOUNT.user, password: 'another-password' });
  await secret('ed25519', {
    'tls.crt': clientCert,
    'tls.key': await newKey('genpkey', '-algorithm', 'ed25519'),
  });
  await secret('ecparam', {
    'tls.crt': clientCert,
    'tls.key': await newKey('ecparam', '-name', 'prime256v1', '-genkey'),
  });
  await secret('satellite', { 'tls.crt': clientCert, 'tls.key': clientKey });
  await secret('entitlement', { '123.pem': clientCert, '123-key.pem': clientKey, 'not-wanted': 'x' });
  const lineOf = (pem: Buffer) => pem.toString().split('\n')[2]!;
  traces = {
    password: ACCOUNT.password,
    client: lineOf(clientKey),
    entitlement: lineOf(clientCert),
  };
  await workspace.write('layers/files/KEY', await gpgKey());
  await workspace.write('layers/files/ca.crt', ca);
  await workspace.write('layers/files/server.crt', cert);
  await workspace.write('layers/all.yaml', await fleet());
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await behindPassword?.stop();
  await behindCertificate?.stop();
  await files?.remove();
  await secrets?.remove();
  await registry?.stop();
});

/** An RPM as a file, and another one in a repository. */
async function serve(folder: string): Promise<void> {
  const spec = (name: string) => ({
    name,
    version: '1.0',
    release: '1',
    files: { [`/usr/share/${name}`]: '' },
  });
  const [agent, tool] = await Promise.all([buildRpm(spec('fixture-agent')), buildRpm(spec('fixture-tool'))]);
  await mkdir(join(folder, 'repository'), { recursive: true });
  await writeFile(join(folder, 'fixture-agent-1.0-1.noarch.rpm'), await readFile(agent!));
  await writeFile(
    join(folder, 'repository/fixture-tool-1.0-1.noarch.rpm'),
    await readFile(await signRpm(tool!)),
  );
  await createRepository(join(folder, 'repository'));
}

/** A private key as openssl makes it, of which every kind looks different. */
function newKey(...args: string[]): Promise<string> {
  return run('openssl', args);
}

async function secret(name: string, keys: Record<string, string | Buffer>): Promise<void> {
  await mkdir(join(secrets.path, name));
  for (const [key, content] of Object.entries(keys)) await writeFile(join(secrets.path, name, key), content);
}

const gpgkey = { file: 'files/KEY' };

function installs(url: string, auth: object): object[] {
  return [
    { rpms: { rpms: [{ url: `${url}/private/fixture-agent-1.0-1.noarch.rpm`, auth }] } },
    { repository: { id: 'Vendor.9', baseurl: `${url}/private/repository`, gpgkey, auth } },
    { packages: { install: ['fixture-tool'], from: ['Vendor.9'] } },
  ];
}

async function fleet(): Promise<string> {
  const base = await baseRef(registry);
  const one = (name: string, ...steps: object[]) =>
    pool(name, {
      release: '4.19.3',
      image: `${registry.host}/os/${name}`,
      layers: [{ name, steps }],
    });
  const run = (...commands: string[]) => ({ run: { reason: 'FIXTURE', commands } });
  const trust = [
    { files: [{ path: '/etc/fixture-ca.crt', source: 'files/ca.crt' }] },
    run('cat /etc/fixture-ca.crt >> /etc/ssl/certs/ca-certificates.crt'),
  ];
  return documents(
    release('4.18.3', base),
    release('4.19.3', base),
    layer('unused', { labels: { a: 'b' } }),
    one('by-password', ...installs(behindPassword.url, { secret: 'vendor' })),
    one('by-podman', ...installs(behindPassword.url, { secret: 'vendor' }), { labels: { by: 'podman' } }),
    one('by-certificate', ...trust, ...installs(behindCertificate.url, { secret: 'satellite', type: 'tls' })),
    one('refused', ...installs(behindPassword.url, { secret: 'wrong' })),
    one(
      'entitled',
      { entitlement: {} },
      run(
        'cmp /etc/pki/entitlement/123-key.pem /run/secrets/etc-pki-entitlement/123-key.pem',
        'test ! -e /etc/pki/entitlement/not-wanted',
        'mkdir -p /etc/yum.repos.d && touch /etc/yum.repos.d/redhat.repo',
        '! touch /etc/pki/entitlement/written',
      ),
    ),
    one(
      'leaks-key',
      { entitlement: {} },
      run('(echo before; cat /etc/pki/entitlement/123-key.pem) > /usr/share/notes'),
      run('rm /usr/share/notes'),
    ),
    // Others have certificates of the same issuer, and every library that reads keys has the words around them.
    one(
      'keeps-others',
      { entitlement: {} },
      { files: [{ path: '/etc/pki/product/69.pem', source: 'files/server.crt' }] },
    ),
    ...['ed25519', 'ecparam'].flatMap((name) => {
      const auth = { secret: name, type: 'tls' };
      const repository = { id: 'never', baseurl: 'https://127.0.0.1:1/', gpgkey, auth };
      const copy = run(`cp /run/secrets/${name}/tls.key /etc/remembered`);
      return [one(`keeps-${name}`, { repository }), one(`leaks-${name}`, { repository }, copy)];
    }),
    one(
      'leaks-folder',
      { entitlement: {} },
      run('mkdir -p /etc/pki/entitlement-host && echo x > /etc/pki/entitlement-host/1.pem'),
    ),
    one(
      'leaks-password',
      ...installs(behindPassword.url, { secret: 'vendor' }),
      run('cp /run/secrets/vendor/password /etc/remembered'),
    ),
  );
}

const given = (name: string) => ['--secret', `${name}=${join(secrets.path, name)}`];
const certificates = () => ['--entitlement', join(secrets.path, 'entitlement')];

/** Every layer that a repository of the registry has, unpacked one after the other. */
async function layersOf(name: string): Promise<Buffer> {
  const folder = await scratchDirectory('layers');
  const hash = JSON.parse(await workspace.read(`dist/${name}.build`)).build;
  const source = `docker://${registry.host}/os/${name}:build-${hash}`;
  await run('skopeo', ['copy', '--quiet', '--src-tls-verify=false', source, `dir:${folder.path}`]);
  const blobs = await Promise.all(
    (await readdir(folder.path)).map((file) => readFile(join(folder.path, file))),
  );
  await folder.remove();
  return Buffer.concat(blobs.map((blob) => (blob[0] === 0x1f && blob[1] === 0x8b ? gunzipSync(blob) : blob)));
}

async function pushed(name: string): Promise<boolean> {
  const requests = await registry.requests();
  return requests.some((line) => line.startsWith(`PUT /v2/os/${name}/manifests/`));
}

async function logOf(name: string): Promise<string> {
  const hash = JSON.parse(await workspace.read(`dist/${name}.build`)).build;
  return workspace.read(`.layers/logs/${hash}.log`);
}

describe('a build with secrets', { timeout: 300_000 }, () => {
  it.each([
    ['by-password', 'vendor', 'password', 'buildah'],
    ['by-podman', 'vendor', 'password', 'podman'],
    ['by-certificate', 'satellite', 'client', 'buildah'],
  ] as const)('%s installs what is behind them, and keeps none', async (name, folder, trace, engine) => {
    const built = await workspace.layers('build', name, ...given(folder), '--engine', engine, '--pin');
    expect(built.code, built.stderr).toBe(0);
    expect(built.stderr).toContain('looking for secrets in the layers');
    const image = /osImageURL: (\S+)/.exec(await workspace.read(`dist/${name}.k8s.yaml`))![1]!;
    await workspace.inImage(
      image,
      'sh',
      '-ec',
      `rpm -q fixture-agent fixture-tool
       test ! -e /etc/yum.repos.d/Vendor.9.repo
       test -z "$(ls /etc/dnf/vars 2> /dev/null)"
       test -z "$(find /run/secrets -type f 2> /dev/null)"`,
    );
    const layers = await layersOf(name);
    expect(layers.includes('fixture-tool')).toBe(true);
    expect(layers.includes(traces[trace])).toBe(false);
    expect(await logOf(name)).not.toContain(traces[trace]);
  });

  it('entitled sees the certificates where dnf looks for them, cannot change them, and keeps none', async () => {
    const built = await workspace.layers('build', 'entitled', ...certificates());
    expect(built.code, built.stderr).toBe(0);
    const layers = await layersOf('entitled');
    expect(layers.includes(traces.entitlement)).toBe(false);
    expect(layers.includes(traces.client)).toBe(false);
  });

  it.each([
    ['leaks-key', certificates, /has the secret etc-pki-entitlement: in \/usr\/share\/notes/],
    [
      'leaks-folder',
      certificates,
      /a subscription's certificate or key: \/etc\/pki\/entitlement-host\/1\.pem/,
    ],
    ['leaks-ed25519', () => given('ed25519'), /has the secret ed25519: in \/etc\/remembered/],
    ['leaks-ecparam', () => given('ecparam'), /has the secret ecparam: in \/etc\/remembered/],
    ['leaks-password', () => given('vendor'), /has the secret vendor: in \/etc\/remembered/],
  ])('%s is not pushed, though a later layer removes it', async (name, args, message) => {
    const { code, stderr } = await workspace.layers('build', name, ...args(), '--pin');
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
    expect(await pushed(name)).toBe(false);
    expect(Object.keys(await lockTexts(workspace))).not.toContain(`${name}.lock`);
  });

  it.each([
    ['keeps-others', certificates],
    ['keeps-ed25519', () => given('ed25519')],
    ['keeps-ecparam', () => given('ecparam')],
  ])('%s is pushed: what keys and certificates share is no secret', async (name, args) => {
    const built = await workspace.layers('build', name, ...args());
    expect(built.code, built.stderr).toBe(0);
    expect(await pushed(name)).toBe(true);
  });

  it('fails by the wrong password, which is told to nobody', async () => {
    const { code, stderr, stdout } = await workspace.layers('build', 'refused', ...given('wrong'));
    expect(code).toBe(3);
    expect(stderr).toMatch(/error: 401/);
    expect(stderr + stdout + (await logOf('refused'))).not.toContain('another-password');
  });

  it('does not begin where a secret is missing, and says how it is given', async () => {
    const none = await workspace.layers('build', 'refused');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('the build of refused needs the secret wrong');
    expect(none.stderr).toContain('--secret wrong=<folder>');

    // Before any other pool is built, too.
    const all = await workspace.layers('build');
    expect(all.code).toBe(2);
    expect(all.stderr).toContain('the build of refused needs the secret wrong');
    expect(none.stderr + all.stderr).not.toContain('building with');

    const empty = await workspace.layers('build', 'refused', '--secret', `wrong=${secrets.path}`);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain(`${join(secrets.path, 'username')} cannot be read`);

    const unnamed = await workspace.layers('build', 'refused', '--secret', 'hunter2-hunter2');
    expect(unnamed.code).toBe(2);
    expect(unnamed.stderr).not.toContain('hunter2');

    const unknown = await workspace.layers('build', 'refused', ...given('wrong'), '--secret', 'vendro=x');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('no pool wants a secret vendro');
    expect(unknown.stderr).toContain('satellite, vendor, wrong');
    expect(unknown.stderr).not.toContain('building');

    const other = await workspace.layers('build', 'entitled', '--entitlement', files.path, '--no-push');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('has no certificates (*.pem)');
    expect(none.stderr + empty.stderr + other.stderr).not.toContain('STEP');
  });
});
