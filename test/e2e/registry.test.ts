import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import { verifyImage } from '../../src/registry/verify.ts';
import { type Digest, parseDigest } from '../../src/values/digest.ts';
import type { PinnedImage } from '../../src/values/image-ref.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { diagnosticOf } from '../registry/fake-registry.ts';

const LABEL = { key: 'io.example.built-from', value: '1234abcd' };
const EXPECT = { label: LABEL, architecture: 'amd64' };
const ACCOUNT = { user: 'builder', password: 'pass:word with $igns' };
let scratch: string;
/** An image in a folder, made by buildah. */
let image: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'layers-registry-'));
  image = join(scratch, 'image');
  const storage = [
    '--root',
    join(scratch, 'root'),
    '--runroot',
    join(scratch, 'run'),
    '--storage-driver',
    'vfs',
  ];
  const buildah = (...args: string[]) => run('buildah', [...storage, ...args]);
  const container = (await buildah('from', 'scratch')).trim();
  await writeFile(join(scratch, 'file'), 'content\n');
  await buildah('copy', container, join(scratch, 'file'), '/file');
  await buildah('config', '--arch', 'amd64', '--label', `${LABEL.key}=${LABEL.value}`, container);
  await buildah('commit', '--quiet', container, `oci:${image}:it`);
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Pushes as an engine does, and gives the digest that the engine wrote down. */
async function push({ host }: Registry, options: string[]): Promise<PinnedImage> {
  const file = join(scratch, `digest-${host}`);
  await run('skopeo', [
    'copy',
    '--digestfile',
    file,
    ...options,
    `oci:${image}:it`,
    `docker://${host}/os/worker:it`,
  ]);
  return {
    registry: host,
    repository: 'os/worker',
    digest: parseDigest((await readFile(file, 'utf8')).trim()),
  };
}

/** A home with nothing in it but what a test puts there. */
async function home(name: string): Promise<NodeJS.ProcessEnv & { HOME: string }> {
  const path = join(scratch, name);
  await mkdir(path, { recursive: true });
  return { HOME: path, XDG_RUNTIME_DIR: join(path, 'run'), PATH: process.env.PATH };
}

async function logIn(host: string, password: string, name: string): Promise<string> {
  const path = join(scratch, `${name}.json`);
  const auth = Buffer.from(`${ACCOUNT.user}:${password}`).toString('base64');
  await writeFile(path, JSON.stringify({ auths: { [host]: { auth } } }));
  return path;
}

const ABSENT = parseDigest(`sha256:${'0'.repeat(64)}`);

describe('a plain registry on this machine', () => {
  let server: Registry;
  let ref: PinnedImage;

  beforeAll(async () => {
    server = await startRegistry();
    ref = await push(server, ['--dest-tls-verify=false']);
  });
  afterAll(() => server.stop());

  const open = async () => openRegistry(server.host, { env: await home('plain') });

  it('is spoken to over http', async () => {
    expect(await (await open()).scheme()).toBe('http');
  });

  it('says what it has', async () => {
    const registry = await open();
    const { digest, ...tagged } = { ...ref, tag: 'it' };
    const head = { digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' };
    expect(await registry.headManifest(tagged)).toEqual(head);
    expect(await registry.headManifest(ref)).toEqual(head);
    expect(await registry.headManifest({ ...tagged, tag: 'absent' })).toBeUndefined();
    expect(await registry.headManifest({ ...ref, digest: ABSENT })).toBeUndefined();
    expect(await registry.headManifest({ ...ref, repository: 'no/such' })).toBeUndefined();
    expect((await registry.getManifest(tagged)).digest).toBe(digest);
    expect((await diagnosticOf(registry.getManifest({ ...ref, digest: ABSENT }))).code).toBe(
      'registry-not-found',
    );
    expect((await diagnosticOf(registry.getConfig('os/worker', ABSENT))).code).toBe('registry-not-found');
  });

  it('gives an image back that is verified', async () => {
    const verified = await verifyImage(await open(), ref, EXPECT);
    const { config, layers } = JSON.parse((await (await open()).getManifest(ref)).bytes.toString());
    expect(verified.labels[LABEL.key]).toBe(LABEL.value);
    expect(verified.mediaType).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(verified.configDigest).toBe(config.digest);
    expect(verified.pullSize).toBe(config.size + layers[0].size);
    const other = { ...EXPECT, label: { ...LABEL, value: 'else' } };
    expect((await diagnosticOf(verifyImage(await open(), ref, other))).message).toContain(
      'and not with "else"',
    );
  });

  it('is asked two things for a verification', async () => {
    const before = (await server.requests()).length;
    await verifyImage(await open(), ref, EXPECT);
    expect((await server.requests()).length - before).toBe(2);
  });

  it('is caught where its storage was tampered with', async () => {
    const { config } = JSON.parse((await (await open()).getManifest(ref)).bytes.toString());
    const blob = await blobFile(server.storage, config.digest);
    const content = await readFile(blob, 'utf8');
    await writeFile(blob, content.replace(LABEL.value, '1234abce'));
    expect((await diagnosticOf(verifyImage(await open(), ref, EXPECT))).code).toBe('registry-digest');
    await writeFile(blob, content);
  });
});

describe('a registry with TLS and accounts', () => {
  let server: Registry;
  let ref: PinnedImage;
  let env: NodeJS.ProcessEnv & { HOME: string };

  beforeAll(async () => {
    server = await startRegistry({ tls: true, htpasswd: ACCOUNT });
    env = await home('secure');
    const certificates = join(env.HOME, '.config/containers/certs.d', server.host);
    await mkdir(certificates, { recursive: true });
    await copyFile(server.caFile!, join(certificates, 'ca.crt'));
    const authfile = await logIn(server.host, ACCOUNT.password, 'push');
    ref = await push(server, ['--dest-authfile', authfile, '--dest-cert-dir', certificates]);
  });
  afterAll(() => server.stop());

  it('is spoken to over https, with the CA of its certs.d directory', async () => {
    const authfile = await logIn(server.host, ACCOUNT.password, 'right');
    const registry = openRegistry(server.host, { env, authfile });
    expect(await registry.scheme()).toBe('https');
    await verifyImage(registry, ref, EXPECT);
  });

  it.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])('may have its CA in $%s', async (name) => {
    const authfile = await logIn(server.host, ACCOUNT.password, 'right');
    const elsewhere = { ...(await home('elsewhere')), [name]: server.caFile };
    await verifyImage(openRegistry(server.host, { env: elsewhere, authfile }), ref, EXPECT);
  });

  it('is not trusted without, and is shown no password', async () => {
    const before = (await server.requests()).length;
    const authfile = await logIn(server.host, ACCOUNT.password, 'right');
    const registry = openRegistry(server.host, { env: await home('untrusting'), authfile });
    const error = await diagnosticOf(verifyImage(registry, ref, EXPECT));
    expect(error).toMatchObject({ code: 'registry-tls', source: 'remote' });
    expect(error.hint).toContain(`/etc/containers/certs.d/${server.host}/ca.crt`);
    expect((await server.requests()).length).toBe(before);
  });

  it('refuses a wrong password', async () => {
    const authfile = await logIn(server.host, 'wrong-password', 'wrong');
    const error = await diagnosticOf(openRegistry(server.host, { env, authfile }).headManifest(ref));
    expect(error).toMatchObject({ code: 'registry-denied', source: 'remote' });
    expect(error.message).toContain(`with the credentials that ${authfile} has`);
    expect(JSON.stringify(error)).not.toMatch(/wrong-password|d3JvbmctcGFzc3dvcmQ/);
  });

  it('refuses who has no account', async () => {
    const error = await diagnosticOf(openRegistry(server.host, { env }).headManifest(ref));
    expect(error.code).toBe('registry-denied');
    expect(error.message).toContain('there is no auth file');
    expect(error.hint).toBe(`Log in: podman login ${server.host}`);
  });

  it('lets in whom podman has logged in', async () => {
    const authfile = join(scratch, 'podman.json');
    const certificates = join(env.HOME, '.config/containers/certs.d', server.host);
    await run(
      'podman',
      [
        'login',
        '--authfile',
        authfile,
        '--cert-dir',
        certificates,
        '-u',
        ACCOUNT.user,
        '--password-stdin',
        server.host,
      ],
      { input: ACCOUNT.password },
    );
    const named = { ...env, REGISTRY_AUTH_FILE: authfile };
    expect(await openRegistry(server.host, { env: named }).headManifest(ref)).toBeDefined();
  });
});

/** Where docker-registry keeps a blob. */
async function blobFile(storage: string, digest: Digest): Promise<string> {
  const sum = digest.slice('sha256:'.length);
  const file = join(storage, 'docker/registry/v2/blobs/sha256', sum.slice(0, 2), sum, 'data');
  expect(await readdir(join(file, '..'))).toContain('data');
  return file;
}
