import { afterEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import { verifyImage } from '../../src/registry/verify.ts';
import {
  diagnosticOf,
  diagnosticsOf,
  type FakeImage,
  type FakeRegistry,
  fakeImage,
  fakeRegistry,
  QUICK,
  serveImage,
  sum,
} from './fake-registry.ts';

const EXPECT = { label: { key: 'built', value: 'abc' }, architecture: 'amd64' };
let fake: FakeRegistry;

afterEach(() => fake.stop());

async function verify(image: FakeImage, expected = EXPECT) {
  fake = await fakeRegistry(serveImage(image));
  return verifyImage(openRegistry(fake.host, QUICK), image.ref(fake.host), expected);
}

describe('verifyImage', () => {
  it('says what the image is', async () => {
    const image = fakeImage({ built: 'abc', other: 'x' });
    expect(await verify(image)).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      size: image.manifest.length,
      pullSize: image.config.length + 1000,
      configDigest: sum(image.config),
      labels: { built: 'abc', other: 'x' },
    });
    expect(fake.seen).toHaveLength(2);
    expect(fake.connections()).toBe(1);
  });

  it('says exactly what differs, all at once', async () => {
    const image = fakeImage({ built: 'other' }, 'arm64');
    const differences = await diagnosticsOf(verify(image));
    const name = `${fake.host}/os/worker@${sum(image.manifest)}`;
    expect(differences.map(({ message }) => message)).toEqual([
      `${name} is for "arm64", and not for "amd64"`,
      `${name} has the label built with "other", and not with "abc"`,
    ]);
    expect(differences).toMatchObject([{ code: 'image-mismatch', source: 'remote' }, {}]);
  });

  it.each([
    { label: { key: 'toString', value: 'abc' }, architecture: 'amd64' },
    { label: { key: 'missing', value: 'abc' }, architecture: 'amd64' },
  ])('misses $label.key', async (expected) => {
    const error = await diagnosticOf(verify(fakeImage(), expected));
    expect(error.message).toContain(`has no label ${expected.label.key}, which should be "abc"`);
  });

  it('takes an image without any label', async () => {
    const image = { ...fakeImage(), config: '{"architecture":"amd64","config":{"Labels":null}}' };
    const manifest = image.manifest.replace(
      /"digest":"sha256:[0-9a-f]{64}"/,
      `"digest":"${sum(image.config)}"`,
    );
    const bare = {
      ...image,
      manifest,
      ref: (host: string) => ({ ...image.ref(host), digest: sum(manifest) }),
    };
    expect((await diagnosticOf(verify(bare))).message).toContain('has no label built');
  });

  it.each([
    ['{"manifests":[{},{}],"mediaType":"application/vnd.oci.image.index.v1+json"}', 'but an index of 2'],
    ['{"config":{"digest":"sha256:../../x","size":1},"layers":[]}', 'is not an image'],
    ['{}', 'is not an image'],
  ])('refuses what is not an image: %s', async (manifest, message) => {
    const ref = (host: string) => ({ registry: host, repository: 'os/worker', digest: sum(manifest) });
    const error = await diagnosticOf(verify({ manifest, config: '', ref }));
    expect(error.code).toBe('image-mismatch');
    expect(error.message).toContain(message);
  });
});
