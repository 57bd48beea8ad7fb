import { afterEach, describe, expect, it } from 'vitest';
import { printIndex } from '../../src/build/index-image.ts';
import { openRegistry } from '../../src/registry/client.ts';
import { readImage } from '../../src/registry/image.ts';
import { verifyIndex } from '../../src/registry/verify-index.ts';
import {
  diagnosticOf,
  type FakeImage,
  type FakeRegistry,
  fakeImage,
  fakeRegistry,
  type Handler,
  QUICK,
  sum,
} from './fake-registry.ts';

const LABEL = 'cdk8s-os-layers/build';
const TYPE = 'application/vnd.oci.image.index.v1+json';
let fake: FakeRegistry;

afterEach(() => fake?.stop());

const images = { amd64: fakeImage({ [LABEL]: 'a' }), arm64: fakeImage({ [LABEL]: 'b' }, 'arm64') };

function indexOf(named: Record<string, FakeImage>, hash = 'index'): string {
  return printIndex(
    hash,
    Object.entries(named).map(([architecture, { manifest }]) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: sum(manifest),
      size: manifest.length,
      platform: { architecture, os: 'linux' },
    })),
  );
}

/** Has the images and the index by their digests, and takes any index. */
function serve(index: string, named: Record<string, FakeImage> = images): Handler {
  const texts = [index, ...Object.values(named).flatMap(({ manifest, config }) => [manifest, config])];
  const bodies = new Map(texts.map((text) => [sum(text) as string, text]));
  return ({ method, url = '' }, response) => {
    const body = bodies.get(url.slice(url.lastIndexOf('/') + 1));
    if (method === 'PUT') response.writeHead(201, { 'docker-content-digest': sum(index) }).end();
    else if (body === undefined) response.writeHead(404).end();
    else response.end(body);
  };
}

const ref = (text: string) => ({ registry: fake.host, repository: 'os/worker', digest: sum(text) });
const expected = {
  annotation: { key: LABEL, value: 'index' },
  images: [
    { architecture: 'amd64', label: { key: LABEL, value: 'a' } },
    { architecture: 'arm64', label: { key: LABEL, value: 'b' } },
  ],
};

async function verify(text: string, named = images as Record<string, FakeImage>) {
  fake = await fakeRegistry(serve(text, named));
  return verifyIndex(openRegistry(fake.host, QUICK), ref(text), expected);
}

describe('an index', () => {
  it('has its bytes from its images alone, and is what other tools make', () => {
    const text = indexOf(images);
    expect(text).toBe(indexOf({ ...images }));
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 2, mediaType: TYPE });
  });

  it('is right where every image of it is', async () => {
    const text = indexOf(images);
    expect(await verify(text)).toMatchObject({
      mediaType: TYPE,
      size: text.length,
      pullSize: images.arm64.config.length + 1000,
      configDigest: sum(text),
    });
    // The index, and a manifest and a configuration of each.
    expect(fake.seen).toHaveLength(5);
  });

  it.each<[string, string, Record<string, FakeImage>, string]>([
    [
      'is for less',
      indexOf({ amd64: images.amd64 }),
      images,
      'is for linux/amd64, and not for linux/amd64, linux/arm64',
    ],
    ['is another', indexOf(images, 'other'), images, `has not the annotation ${LABEL} with index`],
    ['is an image', images.amd64.manifest, images, 'is not an index of images'],
    [
      'says of an image what it is not',
      indexOf({ amd64: images.amd64, arm64: images.amd64 }),
      images,
      'is for "amd64", and not for "arm64"',
    ],
  ])('is refused where it %s', async (_, text, named, message) => {
    fake = await fakeRegistry(serve(text, named));
    const errors = await verifyIndex(openRegistry(fake.host, QUICK), ref(text), expected).catch(
      (error) => error.diagnostics,
    );
    expect(errors[0]).toMatchObject({ code: 'image-mismatch', source: 'remote' });
    expect(errors[0].message).toContain(message);
  });

  it('that lists what is not there is no index', async () => {
    const text = indexOf(images);
    const error = await diagnosticOf(verify(text, { amd64: images.amd64 }));
    expect(error.code).toBe('registry-not-found');
  });

  it('gives the image for an architecture, and what it has where it has none', async () => {
    const text = indexOf(images);
    fake = await fakeRegistry(serve(text));
    const registry = openRegistry(fake.host, QUICK);
    const image = await readImage(registry, ref(text), 'arm64');
    expect(image).toMatchObject({ digest: sum(text), config: { architecture: 'arm64' } });
    const error = await diagnosticOf(readImage(registry, ref(text), 's390x'));
    expect(error.code).toBe('another-architecture');
    expect(error.message).toContain('is for "amd64", "arm64", and not for s390x');
  });
});

describe('what is put into a registry', () => {
  const put = (text: string) =>
    openRegistry(fake.host, QUICK).putManifest(
      { registry: fake.host, repository: 'os/worker', tag: 'build-index' },
      TYPE,
      text,
    );

  it('has its type and its bytes, and is tried again where the registry is ill', async () => {
    const text = indexOf(images);
    const got: string[] = [];
    fake = await fakeRegistry((request, response, count) => {
      if (count === 1) return void response.writeHead(503).end();
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        got.push(request.headers['content-type'] ?? '', body);
        response.writeHead(201).end();
      });
    });
    expect(await put(text)).toBe(sum(text));
    expect(got).toEqual([TYPE, text]);
    expect(fake.seen.map((line) => line.slice(0, -2))).toEqual(
      Array(2).fill('PUT /v2/os/worker/manifests/build-index'),
    );
  });

  it.each([
    [400, 'registry-error'],
    [404, 'registry-error'],
    [403, 'registry-denied'],
  ])('and is refused with %i is an error, tried once', async (status, code) => {
    fake = await fakeRegistry((_, response) => void response.writeHead(status).end());
    expect((await diagnosticOf(put(indexOf(images)))).code).toBe(code);
    expect(fake.seen).toHaveLength(1);
  });

  it('and gets another digest is not believed', async () => {
    fake = await fakeRegistry(serve(indexOf(images, 'other')));
    expect((await diagnosticOf(put(indexOf(images)))).code).toBe('registry-digest');
  });

  it('needs a token for pushing, where one for pulling was given before', async () => {
    const text = indexOf(images);
    const tokens = await fakeRegistry(({ url }, response) => {
      const scope = new URL(url!, 'http://x').searchParams.get('scope')!;
      response.end(JSON.stringify({ token: scope.endsWith(':pull,push') ? 'push' : 'pull' }));
    });
    const inner = serve(text);
    fake = await fakeRegistry((request, response, count) => {
      const wanted = request.method === 'PUT' ? 'Bearer push' : 'Bearer pull';
      if (request.headers.authorization === wanted) return inner(request, response, count);
      response
        .writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token",service="r"` })
        .end();
    });
    const registry = openRegistry(fake.host, QUICK);
    await registry.getManifest(ref(text));
    const at = { registry: fake.host, repository: 'os/worker', tag: 'build-index' };
    expect(await registry.putManifest(at, TYPE, text)).toBe(sum(text));
    expect(tokens.seen.map((line) => /scope=([^ &]*)/.exec(line)?.[1])).toEqual([
      'repository%3Aos%2Fworker%3Apull',
      'repository%3Aos%2Fworker%3Apull%2Cpush',
    ]);
    await tokens.stop();
  });
});
