import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import { readImageFile } from '../../src/registry/image-file.ts';
import { type FakeRegistry, fakeRegistry, QUICK, sum } from './fake-registry.ts';
import { tarball } from './tarball.ts';

const LIMITS = { file: 1000, layers: 10_000, unpacked: 100_000 };
let server: FakeRegistry | undefined;

afterEach(() => server?.stop());

/** The file etc/app/config of an image with these layers, the oldest first. */
async function configOf(layers: Readonly<Record<string, string | undefined>>[], limits = LIMITS) {
  const config = { mediaType: '', digest: sum('config'), size: 6 };
  const blobs = await Promise.all(layers.map(async (files) => gzipSync(await tarball(files))));
  const stored = blobs.map((bytes) => ({ mediaType: '', digest: sum(bytes), size: bytes.length }));
  server = await fakeRegistry(({ url = '' }, response) => {
    response.end(blobs.find((bytes) => url.endsWith(sum(bytes))));
  });
  const content = await readImageFile(openRegistry(server.host, QUICK), {
    repository: 'os/worker',
    image: { config, layers: stored },
    path: 'etc/app/config',
    limits,
  });
  return content?.toString();
}

describe('a file of an image', () => {
  it.each([
    ['is that of the newest layer', [{ 'etc/app/config': 'old' }, { './etc/app/config': 'new' }], 'new'],
    ['may be in an older layer', [{ 'etc/app/config': 'old' }, { 'etc/other': 'x' }], 'old'],
    ['may be in none', [{ 'etc/app/other': 'x' }], undefined],
    ['is no folder of its name', [{ 'etc/app/config': undefined }], undefined],
    ['may be removed', [{ 'etc/app/config': 'old' }, { 'etc/app/.wh.config': '' }], undefined],
    ['may be removed with its folder', [{ 'etc/app/config': 'old' }, { 'etc/.wh.app': '' }], undefined],
    [
      'may be in a folder that was emptied',
      [{ 'etc/app/config': 'old' }, { 'etc/.wh..wh..opq': '' }],
      undefined,
    ],
    ['stays where another is removed', [{ 'etc/app/config': 'old' }, { 'etc/app/.wh.conf': '' }], 'old'],
    [
      'may be written anew in a folder that was emptied',
      [{ 'etc/app/config': 'old' }, { 'etc/app/config': 'new', 'etc/app/.wh..wh..opq': '' }],
      'new',
    ],
  ])('%s', async (_, layers, content) => {
    expect(await configOf(layers)).toBe(content);
  });

  it('is looked for in so many bytes of layers, and no more', async () => {
    const layers = [{ 'etc/app/config': 'old' }, { other: 'x' }];
    expect(await configOf(layers, { ...LIMITS, layers: 200 })).toBeUndefined();
    expect(server!.seen).toHaveLength(1);
  });
});
