import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LayersError } from '../../src/diagnostics.ts';
import { digestOf } from '../../src/registry/manifest.ts';
import { openPlaces } from '../../src/registry/places.ts';
import { parseImageRef } from '../../src/values/image-ref.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { PROXIED_HOST } from '../fixtures/tls.ts';
import { type ImageMaker, imageMaker } from './support/payload.ts';

// Under names that only the proxy knows, because no client asks a proxy for loopback, and ours is less strict there.
const OWN = PROXIED_HOST;
const MIRROR = 'mirror.layers.example:5000';
const PLAIN = 'plain.layers.example:5000';
const ACCOUNT = { user: 'user', password: 'pr0xy-s3cr3t' };

let images: ImageMaker;
let registries: Record<'own' | 'mirror' | 'plain', Registry>;
let proxy: ConnectProxy;
let scratch: string;
let home: string;
let digests: { own: string; mirror: string; plain: string; both: string };
let count = 0;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'layers-mirrors-'));
  images = await imageMaker();
  const [own, mirror, plain] = await Promise.all([
    startRegistry({ tls: true }),
    startRegistry(),
    startRegistry(),
  ]);
  registries = { own, mirror, plain };
  const push = async (name: string, ...to: string[]): Promise<string> => {
    await images.make(name, { layers: [{ name }] });
    const pushed: string[] = [];
    for (const place of to) pushed.push(await images.push(name, place, '--dest-tls-verify=false'));
    return pushed[0]!;
  };
  digests = {
    own: await push('own', `${own.host}/os/base:it`, `${own.host}/os/base:own-only`),
    mirror: await push('mirror', `${mirror.host}/copy/os/base:it`),
    plain: await push('plain', `${plain.host}/os/base:it`),
    both: await push('both', `${own.host}/os/base:both`, `${mirror.host}/copy/os/base:both`),
  };
  proxy = await startConnectProxy({
    account: ACCOUNT,
    hosts: { [`${OWN}:443`]: own.host, [MIRROR]: mirror.host, [PLAIN]: plain.host },
  });
});

afterAll(async () => {
  await Promise.all([proxy?.stop(), images?.remove()]);
  for (const registry of Object.values(registries ?? {})) await registry.stop();
  await rm(scratch, { recursive: true, force: true });
});

beforeEach(async () => {
  home = join(scratch, `home-${++count}`);
  await put(`certs.d/${OWN}/ca.crt`, '');
  await copyFile(registries.own.caFile!, join(home, '.config/containers/certs.d', OWN, 'ca.crt'));
});

async function put(path: string, text: string): Promise<void> {
  const file = join(home, '.config/containers', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

interface Outcome {
  /** What the image is, or undefined where it could not be had. */
  readonly digest?: string;
  /** The host that was asked last, as the proxy saw it. */
  readonly last?: string | undefined;
  readonly said: string;
}

const environment = (more: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...{ HOME: home, XDG_RUNTIME_DIR: home, PATH: process.env.PATH },
  ...{ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url },
  ...more,
});

async function ours(image: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  const places = openPlaces({ env: environment(env), retry: { attempts: 1, delay: 1 } });
  try {
    const manifest = await places.pulled(parseImageRef(image), ({ registry, ref }) =>
      registry.getManifest(ref),
    );
    return { digest: manifest.digest, last: lastHost(), said: '' };
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    return { last: lastHost(), said: JSON.stringify(error.diagnostics) };
  } finally {
    places.close();
  }
}

async function skopeos(image: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  // Raw: else it lists the tags, too, which it does where the name says and not at a mirror.
  const args = ['inspect', '--raw', `docker://${image}`];
  const { code, stdout, stderr } = await tryRun('skopeo', args, { env: environment(env) });
  return { ...(code === 0 && { digest: digestOf(Buffer.from(stdout)) }), last: lastHost(), said: stderr };
}

function lastHost(): string | undefined {
  const seen = proxy.requests.splice(0);
  const hosts = seen.map((line) => line.replace(/^CONNECT |^[A-Z]+ http:\/\//, '').split('/')[0]!);
  return hosts.at(-1);
}

/** Both tools, one after the other, by the same files and variables. */
async function both(image: string, env: NodeJS.ProcessEnv = {}): Promise<{ our: Outcome; skopeo: Outcome }> {
  proxy.requests.splice(0);
  return { skopeo: await skopeos(image, env), our: await ours(image, env) };
}

const registry = (location: string, ...lines: string[]) =>
  ['[[registry]]', `location = "${location}"`, ...lines, ''].join('\n');
const mirror = (location: string, ...lines: string[]) =>
  ['[[registry.mirror]]', `location = "${location}"`, ...lines].join('\n');
const COPY = mirror(`${MIRROR}/copy`, 'insecure = true');

describe('where skopeo finds an image, we do, by the same registries.conf and proxies', () => {
  it.each<[string, string, string, keyof typeof digests]>([
    ['without a configuration', '', 'it', 'own'],
    ['at a mirror', registry(OWN, COPY), 'it', 'mirror'],
    ['at its own place where the mirror has it not', registry(OWN, COPY), 'own-only', 'own'],
    ['at its own place where the mirror has no TLS', registry(OWN, mirror(`${MIRROR}/copy`)), 'it', 'own'],
    ['at the second mirror', registry(OWN, mirror(`${MIRROR}/no`, 'insecure = true'), COPY), 'it', 'mirror'],
    ['at the mirror for tags', registry(OWN, `${COPY}\npull-from-mirror = "tag-only"`), 'it', 'mirror'],
    [
      'not at the mirror for digests',
      registry(OWN, `${COPY}\npull-from-mirror = "digest-only"`),
      'it',
      'own',
    ],
    ['not at mirrors by digest only', registry(OWN, 'mirror-by-digest-only = true', COPY), 'it', 'own'],
    ['at the mirror of what is blocked', registry(OWN, 'blocked = true', COPY), 'it', 'mirror'],
    [
      'where a wildcard sends it',
      `[[registry]]\nprefix = "*.layers.example"\nlocation = "${PLAIN}"\ninsecure = true`,
      'it',
      'plain',
    ],
    [
      'by the longest prefix',
      `${registry(OWN, COPY)}[[registry]]\nprefix = "${OWN}/os"\nlocation = "${PLAIN}/os"\ninsecure = true\n`,
      'it',
      'plain',
    ],
    [
      'by the first of two with one prefix',
      registry(OWN, COPY) + registry(OWN, mirror(PLAIN)),
      'it',
      'mirror',
    ],
    ['by the first format', `[registries.insecure]\nregistries = ["${MIRROR}"]`, 'it', 'own'],
  ])('%s', async (_, conf, tag, expected) => {
    await put('registries.conf', conf);
    const { our, skopeo } = await both(`${OWN}/os/base:${tag}`);
    expect(skopeo.digest, skopeo.said).toBe(digests[expected]);
    expect(our.digest, our.said).toBe(digests[expected]);
    expect(our.last).toBe(skopeo.last);
  });

  it.each([
    ['all', MIRROR],
    ['digest-only', MIRROR],
    ['tag-only', `${OWN}:443`],
  ])('by digest, with pull-from-mirror = %s', async (use, host) => {
    await put('registries.conf', registry(OWN, `${COPY}\npull-from-mirror = "${use}"`));
    const { our, skopeo } = await both(`${OWN}/os/base@${digests.both}`);
    expect([skopeo.digest, skopeo.last], skopeo.said).toEqual([digests.both, host]);
    expect([our.digest, our.last], our.said).toEqual([digests.both, host]);
  });

  it('by drop-ins, the later before the earlier and before the file', async () => {
    await put('registries.conf', registry(OWN, 'blocked = true'));
    await put('registries.conf.d/50-later.conf', registry(OWN, COPY));
    await put('registries.conf.d/10-earlier.conf', registry(OWN, mirror(PLAIN, 'insecure = true')));
    const { our, skopeo } = await both(`${OWN}/os/base:it`);
    expect(skopeo.digest, skopeo.said).toBe(digests.mirror);
    expect(our.digest, our.said).toBe(digests.mirror);
  });
});

describe('where skopeo is refused, we are, and for the same reason', () => {
  it.each<[string, string, NodeJS.ProcessEnv, RegExp, RegExp]>([
    ['a blocked registry', registry(OWN, 'blocked = true'), {}, /is blocked in/, /registry-blocked.*:1"?/],
    [
      'a blocked mirror, and no other place',
      registry(MIRROR, 'blocked = true') + registry(OWN, 'blocked = true', COPY),
      {},
      /is blocked in/,
      /registry-blocked/,
    ],
    [
      'no TLS',
      `[[registry]]\nprefix = "${OWN}"\nlocation = "${PLAIN}"`,
      {},
      /server gave HTTP response/,
      /registry-tls/,
    ],
    [
      'broken TOML',
      '[[registry]\n',
      {},
      /loading registries/,
      /registries-conf.*registries.conf:1 is no TOML/,
    ],
    ['a location with a scheme', registry(`https://${OWN}`), {}, /URI schemes/, /registries-conf/],
    ['a drop-in of the first format', '', { DROP: '1' }, /must be in v2 format/, /registries-conf/],
    ['no proxy for it', '', { NO_PROXY: '.example' }, /no such host|lookup/, /registry-unreachable/],
  ])('%s', async (name, conf, env, theirs, own) => {
    await put('registries.conf', conf);
    if (env.DROP) await put('registries.conf.d/1.conf', `[registries.block]\nregistries = ["${OWN}"]`);
    const { our, skopeo } = await both(`${OWN}/os/base:it`, env);
    expect(skopeo.digest, name).toBeUndefined();
    expect(skopeo.said).toMatch(theirs);
    expect(our.digest, name).toBeUndefined();
    expect(our.said).toMatch(own);
  });

  it('the proxy wants an account: and nobody is told a password', async () => {
    const wrong = `http://user:wr0ng-s3cr3t@${proxy.host}`;
    const { our, skopeo } = await both(`${OWN}/os/base:it`, { HTTPS_PROXY: wrong });
    expect(skopeo.said).toContain('Proxy Authentication Required');
    expect(our.said).toMatch(/proxy-refused.*407/);
    expect(our.said).not.toContain('s3cr3t');
  });
});
