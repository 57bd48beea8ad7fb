import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, describe, expect, it } from 'vitest';
import { type Reading, readBoth, type Source } from '../../src/actions/diff/package-reader.ts';
import { openRegistry } from '../../src/registry/client.ts';
import { parseImageRef } from '../../src/values/image-ref.ts';
import { database } from '../fixtures/rpm-database.ts';
import { type FakeRegistry, fakeRegistry, QUICK, sum } from '../registry/fake-registry.ts';

const DATABASE = 'usr/share/rpm/rpmdb.sqlite';
const OBJECT = 'sysroot/ostree/repo/objects/ab/cdef.file';

type Entry = string | Buffer | { readonly linkTo: string };
type Layer = readonly (readonly [path: string, content: Entry])[];

let server: FakeRegistry | undefined;

afterEach(() => server?.stop());

async function tar(layer: Layer): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of layer) {
    if (typeof content === 'object' && 'linkTo' in content)
      archive.entry({ name, type: 'link', linkname: content.linkTo });
    else archive.entry({ name }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return gzipSync(Buffer.concat(chunks));
}

/** What differs between images of these layers, the oldest first, and which layers were read. */
async function read(before: readonly Layer[], after: readonly Layer[]) {
  const stored = new Map<string, Buffer>();
  const sourceOf = async (name: string, layers: readonly Layer[], host: string): Promise<Source> => {
    const ref = parseImageRef(`${host}/os/${name}`);
    const blobs = await Promise.all(layers.map(tar));
    for (const bytes of blobs) stored.set(sum(bytes), bytes);
    const descriptors = blobs.map((bytes) => ({ mediaType: '', digest: sum(bytes), size: bytes.length }));
    return { ref, place: { registry: openRegistry(host, QUICK), ref }, layers: descriptors, unpacked: [] };
  };
  server = await fakeRegistry(({ url = '' }, response) => {
    response.end(stored.get(/sha256:.*$/.exec(url)![0]));
  });
  const { host } = server;
  const [old, now] = [await sourceOf('before', before, host), await sourceOf('after', after, host)];
  const readings: Reading[] = [];
  const both = await readBoth(old, now, (reading) => readings.push(reading));
  const lists = both?.map((list) => list.map(({ name, version }) => `${name} ${version}`));
  return {
    lists,
    readings: readings.map(({ image, layer }) => `${image.replace(/^.*\//, '')} ${layer}`),
    seen: server.seen,
  };
}

describe('the packages of two images', () => {
  it('are those of the newest layer with a database, and no older layer is read', async () => {
    const base: Layer = [[DATABASE, await database('a 1')]];
    const found = await read(
      [base, [[DATABASE, await database('a 1', 'b 1')]]],
      [base, [[DATABASE, await database('a 1', 'c 1')]], [['etc/motd', 'x']]],
    );
    expect(found.lists).toEqual([
      ['a 1', 'b 1'],
      ['a 1', 'c 1'],
    ]);
    expect(found.readings.sort()).toEqual(['after 1', 'after 2', 'before 1']);
  });

  it('may be in a layer that both have, which is read once', async () => {
    const base: Layer = [[DATABASE, await database('a 1')]];
    const shared: Layer = [['etc/shared', 'x']];
    const found = await read([base, shared], [base, shared, [[DATABASE, await database('a 2')]]]);
    expect(found.lists).toEqual([['a 1'], ['a 2']]);
    expect(found.seen.filter((request) => request.includes('/blobs/'))).toHaveLength(3);
  });

  it('are the same where only newer layers differ, and none of these has a database: the rest is not read', async () => {
    const base: Layer = [[DATABASE, await database('a 1')]];
    const found = await read(
      [base, [['etc/motd', 'one']]],
      [base, [['etc/motd', 'two']], [['etc/other', 'x']]],
    );
    expect(found.lists).toBeUndefined();
    expect(found.seen.filter((request) => request.includes('/blobs/'))).toHaveLength(3);
  });

  it('are in an object that the database is a link to, in the layers of an ostree commit', async () => {
    const encapsulated = async (version: string): Promise<Layer> => [
      [OBJECT, await database(`a ${version}`)],
      [`./${DATABASE}`, { linkTo: `./${OBJECT}` }],
    ];
    const found = await read([await encapsulated('1')], [await encapsulated('2')]);
    expect(found.lists).toEqual([['a 1'], ['a 2']]);
  });

  it('may be where rpm has its database elsewhere, or nowhere', async () => {
    const elsewhere: Layer = [['usr/lib/sysimage/rpm/rpmdb.sqlite', await database('a 1')]];
    expect((await read([elsewhere], [[['etc/motd', 'x']]])).lists).toEqual([['a 1'], []]);
  });

  it('are gone with their database', async () => {
    const base: Layer = [[DATABASE, await database('a 1')]];
    const found = await read([base], [base, [['usr/share/.wh.rpm', '']]]);
    expect(found.lists).toEqual([['a 1'], []]);
  });

  it('cannot be told from what is no database', async () => {
    await expect(read([[[DATABASE, 'not one']]], [[[DATABASE, await database('a 1')]]])).rejects.toThrow(
      /the rpm database of \S+\/os\/before cannot be read/,
    );
  });
});
