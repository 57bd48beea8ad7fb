import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/diagnostics.ts';
import { openAgents } from '../../src/registry/agents.ts';
import { openRegistry, type RegistryOptions } from '../../src/registry/client.ts';
import { openTransport } from '../../src/registry/http.ts';
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

const image = fakeImage();
let fake: FakeRegistry | undefined;

afterEach(() => fake?.stop());

async function open(handle: Handler, options: RegistryOptions = {}) {
  fake = await fakeRegistry(handle);
  return { registry: openRegistry(fake.host, { ...QUICK, ...options }), ref: image.ref(fake.host), fake };
}

/** Fails so often, then answers well. */
function failing(times: number, fail: Handler): Handler {
  return (request, response, count) =>
    count <= times ? fail(request, response, count) : serveImage(image)(request, response, count);
}

describe('transient faults', () => {
  it.each<[string, Handler]>([
    ['429', (_, response) => response.writeHead(429, { 'retry-after': '0' }).end()],
    ['500', (_, response) => response.writeHead(500).end()],
    ['503', (_, response) => response.writeHead(503).end('<html>')],
    ['a reset', (request) => request.socket.resetAndDestroy()],
    ['a silent end', (request) => request.socket.destroy()],
    [
      'an answer that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{');
        setTimeout(() => response.destroy(), 10);
      },
    ],
  ])('are repeated: %s', async (_, fault) => {
    const { registry, ref, fake } = await open(failing(2, fault));
    expect((await registry.getManifest(ref)).digest).toBe(ref.digest);
    expect(fake.seen).toHaveLength(3);
  });

  it('are repeated so often and no more', async () => {
    const { registry, ref, fake } = await open((_, response) => {
      response
        .writeHead(503)
        .end(JSON.stringify({ errors: [{ code: 'UNAVAILABLE', message: 'down for \u001b[31mrepair' }] }));
    });
    const error = await diagnosticOf(registry.getManifest(ref));
    expect(fake.seen).toHaveLength(3);
    expect(error).toMatchObject({
      code: 'registry-error',
      source: 'remote',
      message: `${fake.host} answered 503 Service Unavailable when asked for os/worker`,
      detail: 'UNAVAILABLE: down for  [31mrepair',
    });
    expect(exitCodeOf([error])).toBe(4);
  });

  it('wait as long as Retry-After asks', async () => {
    const { registry, ref } = await open(
      failing(1, (_, response) => response.writeHead(429, { 'retry-after': '1' }).end()),
    );
    const started = performance.now();
    await registry.getManifest(ref);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  it('end with the time that a question may take', async () => {
    const { registry, ref } = await open(
      (_, response) => response.writeHead(429, { 'retry-after': '86400' }).end(),
      { timeouts: { connect: 1000, idle: 1000, total: 300 } },
    );
    const error = await diagnosticOf(registry.getManifest(ref));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toContain('gave no complete answer about os/worker within 0.3 s');
  });

  it.each([401, 403, 404, 400, 501])('are not what a %i is', async (status) => {
    const { registry, ref, fake } = await open((_, response) => response.writeHead(status).end());
    await diagnosticOf(registry.getManifest(ref));
    expect(fake.seen).toHaveLength(1);
  });
});

describe('a registry that does not answer', () => {
  it('cannot be reached', async () => {
    const { registry, ref, fake } = await open(() => {});
    await fake.stop();
    const error = await diagnosticOf(registry.headManifest(ref));
    expect(error).toMatchObject({ code: 'registry-unreachable', source: 'remote' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('says why, where its name has several addresses', async () => {
    const registry = openRegistry('localhost:1', QUICK);
    const error = await diagnosticOf(registry.headManifest(image.ref('localhost:1')));
    expect(error.message).toMatch(/^localhost:1 cannot be reached: connect ECONNREFUSED/);
  });

  it('has a name that nobody knows', async () => {
    const registry = openRegistry('no-such-host.invalid', QUICK);
    const error = await diagnosticOf(registry.headManifest(image.ref('no-such-host.invalid')));
    expect(error.code).toBe('registry-unreachable');
    expect(error.message).toMatch(/^no-such-host.invalid cannot be reached: .*(ENOTFOUND|EAI_AGAIN)/);
  });

  it('is given up after a silence', async () => {
    const { registry, ref, fake } = await open(() => {}, {
      timeouts: { connect: 1000, idle: 50, total: 5000 },
    });
    const error = await diagnosticOf(registry.headManifest(ref));
    expect(error.message).toContain('no answer within 0.05 s (ETIMEDOUT)');
    expect(fake.seen).toHaveLength(3);
  });

  it('is given up where TCP answers and TLS does not', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const trust = async () => ({ ca: [], pairs: [] });
    const agents = openAgents({ env: {}, connectTimeout: 50, trust });
    const transport = openTransport({ connectTimeout: 50, idleTimeout: 5000, agents });
    const url = new URL(`https://127.0.0.1:${port}/`);
    const work = transport.send({ method: 'GET', url, headers: {}, limit: 1 }, new AbortController().signal);
    await expect(work).rejects.toMatchObject({ code: 'ETIMEDOUT', message: 'no connection within 0.05 s' });
    // The probe of a loopback host ends with the question's time, too.
    const host = `127.0.0.1:${port}`;
    const registry = openRegistry(host, { ...QUICK, timeouts: { connect: 50, idle: 1000, total: 300 } });
    const error = await diagnosticOf(registry.headManifest(image.ref(host)));
    expect(error.code).toBe('registry-unreachable');
    silent.close();
  });

  it('is left alone when the signal says so', async () => {
    const controller = new AbortController();
    const { registry, ref } = await open(() => controller.abort(new Error('enough')), {
      signal: controller.signal,
    });
    await expect(registry.headManifest(ref)).rejects.toThrow('enough');
  });
});

describe('an answer that is not what was asked for', () => {
  it('is refused where its sum is another', async () => {
    const { registry, ref } = await open((_, response) => response.end(`${image.manifest} `));
    const error = await diagnosticOf(registry.getManifest(ref));
    expect(error).toMatchObject({ code: 'registry-digest', source: 'remote' });
    expect(error.message).toContain(ref.digest);
    expect(error.message).toContain(sum(`${image.manifest} `));
  });

  it('is refused where the configuration has another sum', async () => {
    const { registry } = await open((_, response) => response.end('{}'));
    const error = await diagnosticOf(registry.getConfig('os/worker', sum('else')));
    expect(error.code).toBe('registry-digest');
  });

  it('is refused where the header of a tag says another digest than its bytes have', async () => {
    const { registry, fake } = await open((_, response) =>
      response.setHeader('docker-content-digest', sum('else')).end(image.manifest),
    );
    const tagged = { registry: fake.host, repository: 'os/worker', tag: 'latest' };
    expect((await diagnosticOf(registry.getManifest(tagged))).code).toBe('registry-digest');
  });

  it('is refused where HEAD answers about another digest', async () => {
    const { registry, ref } = await open((_, response) =>
      response.setHeader('docker-content-digest', sum('else')).end(),
    );
    expect((await diagnosticOf(registry.headManifest(ref))).code).toBe('registry-digest');
  });

  it.each([
    ['larger than 4 MiB', Buffer.alloc((4 << 20) + 1, ' '), 'sent too much'],
    ['not JSON', Buffer.from('<html>'), 'has no JSON'],
  ])('is refused where it is %s', async (_, body, message) => {
    const { registry, fake } = await open((_, response) => response.end(body));
    const ref = { registry: fake.host, repository: 'os/worker', digest: sum(body) };
    const error = await diagnosticOf(registry.getManifest(ref));
    expect(error.code).toBe('registry-error');
    expect(error.message).toContain(message);
    expect(fake.seen).toHaveLength(1);
  });

  it('is computed where a registry leaves the digest header out', async () => {
    const { registry, fake } = await open((_, response) => response.end(image.manifest));
    const tagged = { registry: fake.host, repository: 'os/worker', tag: 'latest' };
    expect(await registry.headManifest(tagged)).toEqual({
      digest: sum(image.manifest),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
    });
    expect(fake.seen.map((line) => line.split(' ')[0])).toEqual(['HEAD', 'GET']);
  });
});

describe('a manifest that is not there', () => {
  it('is undefined to HEAD, and an error to GET', async () => {
    const { registry, ref, fake } = await open((_, response) => response.writeHead(404).end());
    expect(await registry.headManifest(ref)).toBeUndefined();
    const error = await diagnosticOf(registry.getManifest(ref));
    expect(error).toMatchObject({
      code: 'registry-not-found',
      source: 'remote',
      message: `${fake.host} has no os/worker@${ref.digest}`,
    });
  });
});
