import { afterEach, describe, expect, it } from 'vitest';
import type { BlobReader } from '../../src/registry/blob.ts';
import { openRegistry } from '../../src/registry/client.ts';
import { diagnosticOf, type FakeRegistry, fakeRegistry, type Handler, QUICK, sum } from './fake-registry.ts';

const BYTES = Buffer.from('a blob that is longer than one piece\n'.repeat(20_000));
const BLOB = { mediaType: 'application/octet-stream', digest: sum(BYTES), size: BYTES.length };
let servers: FakeRegistry[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

async function serve(handle: Handler): Promise<FakeRegistry> {
  const server = await fakeRegistry(handle);
  servers.push(server);
  return server;
}

const whole: BlobReader<Buffer> = async (bytes) => {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const first: BlobReader<string> = async (bytes) => {
  for await (const chunk of bytes) return chunk.toString('utf8', 0, 6);
  return '';
};

async function read<T>(handle: Handler, reader: BlobReader<T>) {
  const server = await serve(handle);
  return { server, work: openRegistry(server.host, QUICK).readBlob('os/worker', BLOB, reader) };
}

describe('a blob that is read as it comes', () => {
  it('gives all its bytes', async () => {
    const { server, work } = await read((_, response) => response.end(BYTES), whole);
    expect((await work).equals(BYTES)).toBe(true);
    expect(server.seen).toEqual([`GET /v2/os/worker/blobs/${BLOB.digest} -`]);
  });

  it('may be read in part', async () => {
    const { work } = await read((_, response) => response.end(BYTES), first);
    expect(await work).toBe('a blob');
  });

  it('is read again from its start where the connection breaks', async () => {
    let calls = 0;
    const { server, work } = await read(
      (_, response, count) => {
        if (count === 3) return response.end(BYTES);
        response.writeHead(200, { 'content-length': BYTES.length }).write(BYTES.subarray(0, 300_000));
        setTimeout(() => response.destroy(), 20);
      },
      (bytes) => {
        calls++;
        return whole(bytes);
      },
    );
    expect((await work).equals(BYTES)).toBe(true);
    expect([calls, server.seen.length]).toEqual([3, 3]);
  });

  it('follows a redirect', async () => {
    const store = await serve((_, response) => response.end(BYTES));
    const { work } = await read(
      (_, response) => response.writeHead(307, { location: `http://${store.host}/elsewhere` }).end(),
      whole,
    );
    expect((await work).equals(BYTES)).toBe(true);
    expect(store.seen).toEqual(['GET /elsewhere -']);
  });
});

describe('a blob that is not what was asked for', () => {
  const changed = Buffer.from(BYTES);
  changed[changed.length - 1]! ^= 1;

  it('is refused, even where only its start was read', async () => {
    for (const reader of [whole, first]) {
      const { work } = await read<unknown>((_, response) => response.end(changed), reader);
      const error = await diagnosticOf(work);
      expect(error).toMatchObject({ code: 'registry-digest', source: 'remote' });
      expect(error.message).toContain(sum(changed));
    }
  });

  it('is refused as such, and not for what the reader found wrong in it', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('nonsense');
    };
    const damaged = await read((_, response) => response.end(changed), failing);
    expect((await diagnosticOf(damaged.work)).code).toBe('registry-digest');
    const right = await read((_, response) => response.end(BYTES), failing);
    await expect(right.work).rejects.toThrow('nonsense');
  });

  it.each([
    ['shorter', BYTES.subarray(1), 'registry-digest', 'the sum of what it sent'],
    ['longer', Buffer.concat([BYTES, BYTES]), 'registry-error', `larger than ${BYTES.length} bytes`],
  ])('is refused where it is %s', async (_, body, code, message) => {
    const { server, work } = await read((_, response) => response.end(body), first);
    const error = await diagnosticOf(work);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(server.seen).toHaveLength(1);
  });

  it('is not there', async () => {
    const { work } = await read((_, response) => response.writeHead(404).end(), whole);
    const error = await diagnosticOf(work);
    expect(error.code).toBe('registry-not-found');
    expect(error.message).toContain(`has no blob os/worker@${BLOB.digest}`);
  });
});
