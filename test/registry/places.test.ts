import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readImage } from '../../src/registry/image.ts';
import { openPlaces } from '../../src/registry/places.ts';
import { formatImageRef, type ImageRef } from '../../src/values/image-ref.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import {
  diagnosticOf,
  type FakeRegistry,
  fakeImage,
  fakeRegistry,
  type Handler,
  QUICK,
  serveImage,
  sum,
} from './fake-registry.ts';
import { selfSigned } from './tls.ts';

const image = fakeImage();
const has: Handler = serveImage(image);
const hasNot: Handler = (_, response) => response.writeHead(404).end();
const HOST = 'registry.layers.example';

let home: string;
let fakes: FakeRegistry[];
let proxy: ConnectProxy | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'layers-places-'));
  fakes = [];
});

afterEach(async () => {
  await Promise.all([proxy?.stop(), ...fakes.map((fake) => fake.stop())]);
  proxy = undefined;
  rmSync(home, { recursive: true });
});

async function serve(handle: Handler, tls?: Parameters<typeof fakeRegistry>[1]): Promise<FakeRegistry> {
  const fake = await fakeRegistry(handle, tls);
  fakes.push(fake);
  return fake;
}

function put(path: string, content: string | Buffer): void {
  const folder = join(home, '.config/containers', path, '..');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, '.config/containers', path), content);
}

const open = (conf: string, env: NodeJS.ProcessEnv = {}) => {
  put('registries.conf', conf);
  return openPlaces({ ...QUICK, env: { ...QUICK.env, HOME: home, ...env } });
};

/** Reads an image that is pulled, and says where it was. */
const read = (places: ReturnType<typeof open>, ref: ImageRef) =>
  places.pulled(ref, async (place) => {
    await readImage(place.registry, place.ref, 'amd64');
    return formatImageRef(place.ref);
  });

const mirrored = (host: string, mirrors: readonly string[], more = '') =>
  `[[registry]]\nlocation = "${host}"\n${more}${mirrors.map((at) => `[[registry.mirror]]\n${at}\n`).join('')}`;
const plain = ({ host }: FakeRegistry) => `location = "${host}"\ninsecure = true`;

describe('an image that is pulled', () => {
  it('is read at the first mirror that has it, and all of it there', async () => {
    const [own, without, mirror] = [await serve(has), await serve(hasNot), await serve(has)];
    const places = open(mirrored(own.host, [plain(without), plain(mirror)]));
    expect(await read(places, image.ref(own.host))).toBe(`${mirror.host}/os/worker@${sum(image.manifest)}`);
    expect(mirror.seen.filter((request) => request.includes('/os/worker/'))).toHaveLength(2);
    expect(own.seen).toEqual([]);
  });

  it('is read where its name says, where no mirror has it', async () => {
    const [own, mirror] = [await serve(has), await serve(hasNot)];
    const gone = '127.0.0.1:9';
    const places = open(mirrored(own.host, [plain(mirror), `location = "${gone}"`]));
    expect(await read(places, image.ref(own.host))).toContain(own.host);
  });

  it('says of every place why it was not there', async () => {
    const [own, mirror] = [await serve(hasNot), await serve(hasNot)];
    const error = await diagnosticOf(read(open(mirrored(own.host, [plain(mirror)])), image.ref(own.host)));
    expect(error.code).toBe('registry-not-found');
    expect(error.message).toContain(own.host);
    expect(error.detail).toContain(`mirror: ${mirror.host} has no os/worker@`);
  });

  it('is asked for at a mirror with the credentials that are for the mirror', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const closed: Handler = (request, response, count) => {
      if (request.headers.authorization) return has(request, response, count);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    };
    const [own, mirror] = [await serve(has), await serve(closed)];
    const auths = { [own.host]: { auth: base64('own:s3cr3t') }, [mirror.host]: { auth: base64('its:own') } };
    put('auth.json', JSON.stringify({ auths }));
    expect(await read(open(mirrored(own.host, [plain(mirror)])), image.ref(own.host))).toContain(mirror.host);
    const sent = new Set(mirror.seen.map((request) => request.split(' ').slice(2).join(' ')));
    expect([...sent]).toEqual(['-', `Basic ${base64('its:own')}`]);
  });

  it('is not looked for elsewhere where a mirror has other bytes for its digest', async () => {
    const [own, mirror] = [await serve(has), await serve((_, response) => response.end('other'))];
    const error = await diagnosticOf(read(open(mirrored(own.host, [plain(mirror)])), image.ref(own.host)));
    expect(error.code).toBe('registry-digest');
    expect(own.seen).toEqual([]);
  });

  it('is not had by plain http of a mirror that is not insecure, on loopback either: engines do not', async () => {
    const [own, mirror] = [await serve(has), await serve(has)];
    const places = open(mirrored(own.host, [`location = "${mirror.host}"`]));
    expect(await read(places, image.ref(own.host))).toContain(own.host);
    expect(mirror.seen).toEqual([]);
  });

  it('may have mirrors where its own registry is blocked', async () => {
    const [own, mirror] = [await serve(has), await serve(has)];
    const places = open(mirrored(own.host, [plain(mirror)], 'blocked = true\n'));
    await places.assertPullable(image.ref(own.host));
    expect(await read(places, image.ref(own.host))).toContain(mirror.host);
    expect(own.seen).toEqual([]);
  });

  it('is refused with the file and the line where all is blocked', async () => {
    const own = await serve(has);
    const places = open(
      `# mirrors are for later\n\n[[registry]]\nlocation = "${own.host}"\nblocked = true\n`,
    );
    const says = `${own.host} is blocked in ${home}/.config/containers/registries.conf:3`;
    for (const work of [
      () => read(places, image.ref(own.host)),
      () => places.assertPullable(image.ref(own.host)),
      () => places.pushed(image.ref(own.host)),
    ]) {
      const error = await diagnosticOf(work());
      expect(error).toMatchObject({ code: 'registry-blocked', source: 'remote' });
      expect(error.message).toContain(says);
    }
    expect(own.seen).toEqual([]);
  });
});

describe('an image that was pushed', () => {
  it('is asked for where it was pushed to, and at no mirror', async () => {
    const [own, mirror] = [await serve(hasNot), await serve(has)];
    const ref = image.ref(own.host);
    const registry = await open(mirrored(own.host, [plain(mirror)])).pushed(ref);
    expect(await registry.headManifest(ref)).toBeUndefined();
    expect(mirror.seen).toEqual([]);
  });
});

describe('a registry with insecure = true', () => {
  const named = (host: string) => `[[registry]]\nlocation = "${host}"\ninsecure = true\n`;

  it('need not have a certificate that is trusted', async () => {
    const own = await serve(has, selfSigned(home, 'DNS:another.example.com'));
    expect((await diagnosticOf(read(open(''), image.ref(own.host)))).code).toBe('registry-tls');
    expect(await read(open(named(own.host)), image.ref(own.host))).toContain(own.host);
  });

  it('is trusted itself, and nobody it sends to', async () => {
    const blobs = await serve(has, selfSigned(home, 'DNS:another.example.com'));
    const own = await serve(
      (request, response, count) => {
        if (!request.url!.includes('/blobs/')) return has(request, response, count);
        response.writeHead(307, { location: `https://${blobs.host}${request.url}` }).end();
      },
      selfSigned(home, 'DNS:another.example.com'),
    );
    const error = await diagnosticOf(read(open(named(own.host)), image.ref(own.host)));
    expect(error.code).toBe('registry-tls');
    expect(error.message).toContain(blobs.host);
  });

  it('needs no TLS, wherever it is', async () => {
    const own = await serve(has);
    proxy = await startConnectProxy({ hosts: { [`${HOST}:5000`]: own.host } });
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    const ref = image.ref(`${HOST}:5000`);
    expect((await diagnosticOf(read(open('', env), ref))).code).toMatch(/^registry-(tls|unreachable)$/);
    expect(own.seen).toEqual([]);
    expect(await read(open(named(HOST), env), ref)).toContain(HOST);
    expect(proxy.requests).toContain(`GET http://${HOST}:5000/v2/os/worker/manifests/${ref.digest}`);
  });

  it('gets no password without TLS, unless it is on this machine', async () => {
    const auth = Buffer.from('builder:s3cr3t').toString('base64');
    const own = await serve((request, response, count) => {
      if (request.headers.authorization === `Basic ${auth}`) return has(request, response, count);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    proxy = await startConnectProxy({ hosts: { [`${HOST}:5000`]: own.host } });
    put('auth.json', JSON.stringify({ auths: { [`${HOST}:5000`]: { auth }, [own.host]: { auth } } }));
    const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
    const error = await diagnosticOf(read(open(named(HOST), env), image.ref(`${HOST}:5000`)));
    expect(error).toMatchObject({ code: 'registry-plain-login', source: 'remote' });
    expect(own.seen.join()).not.toContain(auth);
    expect(await read(open(named(own.host), env), image.ref(own.host))).toContain(own.host);
  });
});

describe('a registry behind a proxy', () => {
  const ACCOUNT = { user: 'user', password: 'pr0xy:s3cr3t' };

  async function behind(name = `${HOST}:443`) {
    const tls = selfSigned(home, `DNS:${HOST}`);
    const own = await serve(has, tls);
    put(`certs.d/${HOST}/ca.crt`, tls.cert);
    proxy = await startConnectProxy({ account: ACCOUNT, hosts: { [name]: own.host } });
    return { own, proxy, ref: image.ref(HOST) };
  }

  it('is asked through it, over one connection, with the account of the variable', async () => {
    const { own, proxy, ref } = await behind();
    expect(await read(open('', { HTTPS_PROXY: proxy.url }), ref)).toContain(HOST);
    expect(proxy.requests).toEqual([`CONNECT ${HOST}:443`]);
    expect(own.connections()).toBe(1);
  });

  it('is asked through one that speaks TLS itself, by HTTPS and by plain HTTP', async () => {
    const tls = selfSigned(home, 'IP:127.0.0.1');
    const ca = join(home, 'proxy.pem');
    writeFileSync(ca, tls.cert);
    const secure = selfSigned(home, `DNS:${HOST}`);
    put(`certs.d/${HOST}/ca.crt`, secure.cert);
    const [own, bare] = [await serve(has, secure), await serve(has)];
    const hosts = { [`${HOST}:443`]: own.host, [`${HOST}:5000`]: bare.host };
    proxy = await startConnectProxy({ tls, account: ACCOUNT, hosts });
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: ca };
    expect(await read(open('', env), image.ref(HOST))).toContain(HOST);
    const insecure = `[[registry]]\nlocation = "${HOST}:5000"\ninsecure = true\n`;
    expect(await read(open(insecure, env), image.ref(`${HOST}:5000`))).toContain(`${HOST}:5000`);
    const untrusted = { HTTPS_PROXY: proxy.url };
    const error = await diagnosticOf(read(open('', untrusted), image.ref(HOST)));
    expect(error.code).toBe('proxy-refused');
    expect(error.hint).toContain("the proxy's CA");
  });

  it('is asked without it where $NO_PROXY says so', async () => {
    const { proxy, ref } = await behind();
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: '.layers.example' };
    const error = await diagnosticOf(read(open('', env), ref));
    expect(error.code).toBe('registry-unreachable');
    expect(proxy.requests).toEqual([]);
  });

  it.each([
    ['the account', () => ({ HTTPS_PROXY: `http://${proxy!.host}` }), '407', 'user:password@'],
    ['another host', () => ({ HTTPS_PROXY: proxy!.url }), '403', 'NO_PROXY'],
  ])('is refused by the proxy without %s, and no password is shown', async (_, env, status, hint) => {
    const { own, ref } = await behind(status === '403' ? 'other.example.com:443' : undefined);
    const error = await diagnosticOf(read(open('', env()), ref));
    expect(error).toMatchObject({ code: 'proxy-refused', source: 'remote' });
    expect(error.message).toContain(`the proxy ${proxy!.host} answered ${status}`);
    expect(error.hint).toContain(hint);
    expect(JSON.stringify(error)).not.toContain('s3cr3t');
    expect(own.seen).toEqual([]);
  });

  it('cannot be reached where the proxy cannot', async () => {
    const { ref } = await behind();
    const error = await diagnosticOf(read(open('', { HTTPS_PROXY: 'http://u:s3cr3t@127.0.0.1:9' }), ref));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toContain('the proxy 127.0.0.1:9');
    expect(JSON.stringify(error)).not.toContain('s3cr3t');
  });
});
