import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import {
  diagnosticOf,
  type FakeRegistry,
  fakeImage,
  fakeRegistry,
  type Handler,
  QUICK,
  serveImage,
} from './fake-registry.ts';

const image = fakeImage();
const BASIC = `Basic ${Buffer.from('me:pass:word').toString('base64')}`;
let home: string;
let servers: FakeRegistry[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'layers-login-'));
  servers = [];
});

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(home, { recursive: true });
});

async function serve(handle: Handler): Promise<FakeRegistry> {
  const server = await fakeRegistry(handle);
  servers.push(server);
  return server;
}

function logIn(
  host: string,
  entry: object = { auth: Buffer.from('me:pass:word').toString('base64') },
): string {
  const path = join(home, 'auth.json');
  writeFileSync(path, JSON.stringify({ auths: { [host]: entry } }));
  return path;
}

/** Wants this authorization, and challenges whoever has another. */
function guarded(authorization: string | (() => string), challenge: string): Handler {
  return (request, response, count) => {
    const wanted = typeof authorization === 'string' ? authorization : authorization();
    if (request.headers.authorization === wanted) return serveImage(image)(request, response, count);
    refuse(request, response, challenge);
  };
}

function refuse({ headers }: IncomingMessage, response: ServerResponse, challenge: string): void {
  const message = `no: ${headers.authorization}`;
  response
    .writeHead(401, { 'www-authenticate': challenge })
    .end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message }] }));
}

function json(response: ServerResponse, content: unknown): void {
  response.end(JSON.stringify(content));
}

describe('Basic', () => {
  it('shows the credentials when asked, and from then on', async () => {
    const server = await serve(guarded(BASIC, 'Basic realm="x"'));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    await registry.getManifest(image.ref(server.host));
    await registry.getManifest(image.ref(server.host));
    expect(server.seen.map((line) => line.split(' ').slice(2).join(' '))).toEqual(['-', BASIC, BASIC]);
  });

  it('is refused with wrong credentials: the file is named, the password is not', async () => {
    const server = await serve(guarded('nobody', 'Basic realm="x"'));
    const authfile = logIn(server.host);
    const error = await diagnosticOf(
      openRegistry(server.host, { ...QUICK, authfile }).getManifest(image.ref(server.host)),
    );
    expect(error).toMatchObject({
      code: 'registry-denied',
      source: 'remote',
      message: `${server.host} refused access to os/worker (401 Unauthorized), with the credentials that ${authfile} has (${server.host})`,
      detail: 'UNAUTHORIZED: no: Basic …',
    });
    expect(error.hint).toContain(`podman login --authfile ${authfile} ${server.host}`);
    expect(server.seen).toHaveLength(2);
  });

  it('is refused without credentials: where was looked is said', async () => {
    const server = await serve(guarded(BASIC, 'Basic realm="x"'));
    const authfile = logIn('other.example.com');
    const ref = image.ref(server.host);
    const named = await diagnosticOf(openRegistry(server.host, { ...QUICK, authfile }).headManifest(ref));
    expect(named.message).toContain(`(401 Unauthorized): ${authfile} has no entry for ${server.host}`);
    const none = await diagnosticOf(openRegistry(server.host, QUICK).headManifest(ref));
    expect(none.message).toContain('there is no auth file (/nonexistent/containers/auth.json, ');
    expect(none.hint).toBe(`Log in: podman login ${server.host}`);
  });
});

describe('Bearer', () => {
  it('fetches a token with the credentials, which the registry itself is not shown', async () => {
    const tokens = await serve((_, response) => json(response, { token: 't0ken' }));
    const server = await serve(
      guarded('Bearer t0ken', `Bearer realm="http://${tokens.host}/token?a=b",service="reg",scope="other"`),
    );
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    await registry.getManifest(image.ref(server.host));
    await registry.headManifest(image.ref(server.host));
    expect(tokens.seen).toEqual([
      `GET /token?a=b&service=reg&scope=repository%3Aos%2Fworker%3Apull&account=me ${BASIC}`,
    ]);
    expect(server.seen.join()).not.toContain('Basic');
  });

  it('fetches an anonymous token', async () => {
    const tokens = await serve((_, response) => json(response, { access_token: 'anyone' }));
    const server = await serve(guarded('Bearer anyone', `Bearer realm="http://${tokens.host}/token"`));
    await openRegistry(server.host, QUICK).getManifest(image.ref(server.host));
    expect(tokens.seen).toEqual(['GET /token?scope=repository%3Aos%2Fworker%3Apull -']);
  });

  it('fetches another when one has expired, and one for each repository', async () => {
    let current = 0;
    const tokens = await serve((_, response) => json(response, { token: `t${++current}` }));
    const server = await serve(
      guarded(() => `Bearer t${current}`, `Bearer realm="http://${tokens.host}/token"`),
    );
    const registry = openRegistry(server.host, QUICK);
    await registry.getManifest(image.ref(server.host));
    current++;
    await registry.getManifest(image.ref(server.host));
    await registry.getManifest({ ...image.ref(server.host), repository: 'os/other' });
    expect(tokens.seen).toHaveLength(3);
    expect(tokens.seen[2]).toContain('os%2Fother');
  });

  it('trades in an identity token', async () => {
    let form = '';
    const tokens = await serve((request, response) => {
      request.on('data', (chunk) => {
        form += chunk;
      });
      request.on('end', () => json(response, { access_token: 'fresh' }));
    });
    const server = await serve(
      guarded('Bearer fresh', `Bearer realm="http://${tokens.host}/token",service="reg"`),
    );
    const authfile = logIn(server.host, { identitytoken: 'refresh-me' });
    await openRegistry(server.host, { ...QUICK, authfile }).getManifest(image.ref(server.host));
    expect(tokens.seen).toEqual(['POST /token -']);
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      service: 'reg',
      scope: 'repository:os/worker:pull',
      grant_type: 'refresh_token',
      client_id: 'layers',
      refresh_token: 'refresh-me',
    });
  });

  it.each<[string, number, unknown, string]>([
    ['refuses', 401, { errors: [{ code: 'X', message: 'pass:word is wrong' }] }, 'registry-denied'],
    ['is not well', 500, {}, 'registry-error'],
    ['has no token', 200, { token: '' }, 'registry-error'],
    ['has an impossible token', 200, { token: 'a\r\nb: c' }, 'registry-error'],
  ])('says so where the token server %s', async (_, status, content, code) => {
    const tokens = await serve((_, response) => json(response.writeHead(status), content));
    const server = await serve(guarded('never', `Bearer realm="http://${tokens.host}/token"`));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    const error = await diagnosticOf(registry.headManifest(image.ref(server.host)));
    expect(error.code).toBe(code);
    expect(JSON.stringify(error)).not.toContain('pass:word');
  });

  it.each([
    'http://tokens.example.com/token',
    'ftp://127.0.0.1/token',
    'nowhere',
    '',
  ])('sends nothing to %j', async (realm) => {
    const server = await serve(guarded('never', `Bearer realm="${realm}"`));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    const error = await diagnosticOf(registry.headManifest(image.ref(server.host)));
    expect(error.code).toBe('registry-error');
  });
});

describe('redirects', () => {
  const redirecting =
    (target: () => string): Handler =>
    (request, response, count) => {
      if (request.headers.authorization !== BASIC) refuse(request, response, 'Basic realm="x"');
      else if (request.url?.includes('/blobs/')) response.writeHead(307, { location: target() }).end();
      else serveImage(image)(request, response, count);
    };

  it('are followed without the authorization', async () => {
    const storage = await serve((_, response) => response.end(image.config));
    const server = await serve(redirecting(() => `http://${storage.host}/blob?signature=x`));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    const digest = JSON.parse(image.manifest).config.digest;
    expect(await registry.getConfig('os/worker', digest)).toEqual(JSON.parse(image.config));
    expect(storage.seen).toEqual(['GET /blob?signature=x -']);
  });

  it('within the registry keep it', async () => {
    const server = await serve((request, response) => {
      if (request.headers.authorization !== BASIC) refuse(request, response, 'Basic realm="x"');
      else if (request.url === '/elsewhere') response.end(image.config);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    await registry.getConfig('os/worker', JSON.parse(image.manifest).config.digest);
    expect(server.seen.at(-1)).toBe(`GET /elsewhere ${BASIC}`);
  });

  it.each([
    ['http://storage.example.com/x', 'which is not https'],
    ['file:///etc/passwd', 'which is not https'],
    ['http://[', 'is not a URL'],
  ])('to %s are refused', async (target, message) => {
    const server = await serve(redirecting(() => target));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    const error = await diagnosticOf(
      registry.getConfig('os/worker', JSON.parse(image.manifest).config.digest),
    );
    expect(error.code).toBe('registry-error');
    expect(error.message).toContain(message);
  });

  it('end', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    const error = await diagnosticOf(openRegistry(server.host, QUICK).getManifest(image.ref(server.host)));
    expect(error.message).toContain('redirects without an end');
    expect(server.seen).toHaveLength(6);
  });

  it('to a storage that refuses are not a matter of logging in', async () => {
    const storage = await serve((_, response) => response.writeHead(403).end());
    const server = await serve(redirecting(() => `http://${storage.host}/blob`));
    const registry = openRegistry(server.host, { ...QUICK, authfile: logIn(server.host) });
    const error = await diagnosticOf(
      registry.getConfig('os/worker', JSON.parse(image.manifest).config.digest),
    );
    expect(error).toMatchObject({ code: 'registry-error' });
    expect(error.message).toContain(`(by way of ${storage.host}) answered 403 Forbidden`);
  });
});

it('says at once that a named auth file is not there', async () => {
  const server = await serve(serveImage(image));
  const registry = openRegistry(server.host, { ...QUICK, authfile: join(home, 'none.json') });
  const error = await diagnosticOf(registry.headManifest(image.ref(server.host)));
  expect(error).toMatchObject({ code: 'auth-file', source: 'input' });
  expect(server.seen).toEqual([]);
});
