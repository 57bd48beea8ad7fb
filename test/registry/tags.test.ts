import { afterEach, describe, expect, it } from 'vitest';
import { openRegistry } from '../../src/registry/client.ts';
import { diagnosticOf, type FakeRegistry, fakeRegistry, type Handler, QUICK, sum } from './fake-registry.ts';

let server: FakeRegistry | undefined;

afterEach(() => server?.stop());

async function registryThat(handle: Handler) {
  server = await fakeRegistry(handle);
  return openRegistry(server.host, QUICK);
}

describe('the tags of a repository', () => {
  it('come page by page, and each once', async () => {
    const registry = await registryThat(({ url = '' }, response) => {
      const isFirst = !url.includes('last=');
      if (isFirst) response.setHeader('link', '</elsewhere/v2/os/worker/tags/list?last=b&n=2>; rel="next"');
      response.end(JSON.stringify({ name: 'os/worker', tags: isFirst ? ['a', 'b'] : ['b', 'c'] }));
    });
    expect(await registry.listTags('os/worker')).toEqual(['a', 'b', 'c']);
    expect(server!.seen.map((line) => line.split(' ')[1])).toEqual([
      '/v2/os/worker/tags/list?n=1000',
      '/v2/os/worker/tags/list?last=b&n=2',
    ]);
  });

  it('are none where there is no such repository, or all are gone', async () => {
    const gone = await registryThat((_, response) => response.writeHead(404).end());
    expect(await gone.listTags('os/worker')).toEqual([]);
    await server!.stop();
    const empty = await registryThat((_, response) => response.end('{"name":"os/worker","tags":null}'));
    expect(await empty.listTags('os/worker')).toEqual([]);
  });

  it('are not guessed from what is no list', async () => {
    const registry = await registryThat((_, response) => response.end('{"tags":[1]}'));
    const { code, message } = await diagnosticOf(registry.listTags('os/worker'));
    expect(code).toBe('registry-error');
    expect(message).toContain('has no list of tags for os/worker');
  });
});

describe('a manifest that is deleted', () => {
  it.each([
    [202, true],
    [404, false],
  ])('is gone by %i', async (status, wasThere) => {
    const registry = await registryThat((_, response) => response.writeHead(status).end());
    expect(await registry.deleteManifest('os/worker', sum('x'))).toBe(wasThere);
    expect(server!.seen[0]).toContain(`DELETE /v2/os/worker/manifests/${sum('x')}`);
  });

  it('is told where the registry deletes nothing', async () => {
    const registry = await registryThat((_, response) => response.writeHead(405).end());
    const { code, hint } = await diagnosticOf(registry.deleteManifest('os/worker', sum('x')));
    expect(code).toBe('delete-unsupported');
    expect(hint).toContain('REGISTRY_STORAGE_DELETE_ENABLED=true');
  });

  it('needs a token that may delete, and reading goes on with the one that may pull', async () => {
    const registry = await registryThat(({ url = '', method, headers }, response) => {
      const { host } = headers;
      if (url.startsWith('/token')) {
        const scope = new URL(url, 'http://x').searchParams.get('scope') ?? '';
        return void response.end(JSON.stringify({ token: scope.endsWith('pull,delete') ? 'all' : 'some' }));
      }
      const wanted = method === 'DELETE' ? 'Bearer all' : 'Bearer some';
      if (headers.authorization === wanted)
        return void response.writeHead(method === 'DELETE' ? 202 : 404).end();
      const challenge = `Bearer realm="http://${host}/token",service="fake"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    expect(await registry.listTags('os/worker')).toEqual([]);
    expect(await registry.deleteManifest('os/worker', sum('x'))).toBe(true);
    expect(await registry.listTags('os/worker')).toEqual([]);
    expect(server!.seen.filter((line) => line.includes('/token'))).toHaveLength(2);
  });
});
