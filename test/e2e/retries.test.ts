import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { type Fate, type FaultyProxy, startProxy } from './support/proxy.ts';
import { start } from './support/running.ts';
import { pushSmallBase } from './support/small-base.ts';
import { bytesFrom, randomFrom } from './support/texts.ts';

let registry: Registry;
let proxy: FaultyProxy;
let served: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let small: string;
const urls: string[] = [];

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  proxy = await startProxy(registry);
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path);
  for (const name of ['fixture-first', 'fixture-second']) {
    const rpm = await buildRpm({ name, version: '1', release: '1', files: { [`/usr/share/${name}`]: '' } });
    await copyFile(rpm, join(files.path, basename(rpm)));
    urls.push(`${served.url}/${basename(rpm)}`);
  }
  workspace = await createWorkspace('retries');
  small = await pushSmallBase(workspace, registry, 'small');
  await workspace.write('layers/release.yaml', documents(release('4.18.3', await baseRef(registry))));
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await files?.remove();
  await proxy?.stop();
  await registry?.stop();
});

beforeEach(() => {
  served.fault = () => undefined;
  served.requests.length = 0;
  proxy.fate = () => 'pass';
  proxy.requests.length = 0;
  proxy.times.length = 0;
  onRetry = () => {};
});

let count = 0;
/** When the first retry was told, which comes a while before it. */
let onRetry = (): void => {};

/** Builds a pool of its own. */
async function build(more: object, ...args: string[]) {
  count += 1;
  const name = `pool-${count}`;
  const worker = pool(name, { image: `${proxy.host}/os/${name}`, layers: [], ...more } as never);
  await workspace.write('layers/worker.yaml', documents(worker));
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  const running = start(workspace, ['build', name, '--output', 'json', ...args], { LAYERS_STALL: '3' });
  const seen = running.until(/"type":"retry"/).then(
    () => onRetry(),
    () => {},
  );
  const { code, stdout } = await running.finished;
  await seen;
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { build: hash } = JSON.parse(await workspace.read(`dist/${name}.build`));
  const retries = events.filter(({ type }) => type === 'retry');
  return { code, events, retries, stdout, log: await workspace.read(`.layers/logs/${hash}.log`) };
}

/** Layers of files that no compression makes smaller. */
async function bigFiles(names: readonly string[]): Promise<object[]> {
  for (const name of names) {
    const random = randomFrom(count * 100 + name.charCodeAt(0));
    const pieces = Array.from({ length: 4000 }, () => bytesFrom(random, 512));
    await workspace.write(`layers/files/${name}`, Buffer.concat(pieces));
  }
  const steps = names.map((name) => ({ files: [{ path: `/usr/share/${name}`, source: `files/${name}` }] }));
  return [{ name: 'big', steps }];
}

describe('a download that breaks', () => {
  it.each(['reset', 'cut'] as const)('(%s) is done again, and what came before it is not', async (fault) => {
    const layers = urls.map((url, index) => ({
      name: `l${index}-${fault}`,
      steps: [{ rpms: { rpms: [{ url }] } }],
    }));
    let faults = 1;
    served.fault = (request) => (request.includes('second') && faults-- > 0 ? fault : undefined);
    const { code, retries, stdout, log } = await build({ layers, refresh: fault });
    expect(code, stdout).toBe(0);
    expect(retries).toHaveLength(1);
    expect(retries[0]).toMatchObject({ attempt: 2, attempts: 3 });
    const asked = (name: string) => served.requests.filter((request) => request.includes(name)).length;
    expect([asked('first'), asked('second')]).toEqual([1, 2]);
    expect(log).toMatch(/^layers: a server did not answer as it should .*; attempt 2 of 3 in [\d.]+ s$/m);
    expect(log).toContain('Using cache');
  });
});

/** What a push asked for, by what became of it. */
const uploads = (passed: ReadonlySet<string>) =>
  [...passed]
    .map((request) => /^PUT .*[?&]digest=(sha256%3A|sha256:)([0-9a-f]{64})/.exec(request)?.[2])
    .filter(Boolean);

describe('a push', () => {
  it.each(['buildah', 'podman'])('by %s that broke sends no blob again that had arrived', async (engine) => {
    // Let one blob through, then break every upload until the engine gives up, which has tries of its own.
    const passed = new Set<string>();
    let isBroken = true;
    proxy.fate = (request): Fate => {
      const uploading = /^(PATCH|PUT) .*\/blobs\/uploads\//.test(request);
      if (uploading && isBroken && uploads(passed).length > 0) return 'reset';
      if (uploading) passed.add(request);
      return 'pass';
    };
    const layers = await bigFiles(['a', 'b', 'c']);
    onRetry = () => {
      isBroken = false;
    };
    const building = build({ layers, base: small }, '--engine', engine);
    const { code, stdout, retries } = await building;
    expect(code, stdout).toBe(0);
    expect(retries.length).toBeGreaterThan(0);
    const sent = uploads(passed);
    expect(new Set(sent).size).toBe(sent.length);
    // The blob that had arrived was asked for.
    expect(proxy.requests.some((request) => request.startsWith('HEAD ') && request.includes(sent[0]!))).toBe(
      true,
    );
  });

  it.each(['buildah', 'podman'])('by %s tells how much of it is out', async (engine) => {
    // Long enough to be looked at: each blob waits for its end to be accepted.
    proxy.fate = (request) => (/^PUT .*\/blobs\/uploads\//.test(request) ? 'late' : 'pass');
    const layers = await bigFiles(['f', 'g', 'h']);
    const { code, stdout, events } = await build({ layers, base: small }, '--engine', engine);
    expect(code, stdout).toBe(0);
    const sent = events.filter(({ type }) => type === 'sent').map(({ bytes }) => bytes);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    const { size } = events.find(({ type }) => type === 'finished');
    // What is in temporary files before that is twice as much, and does not count.
    expect(sent.at(-1) / size).toBeGreaterThan(0.95);
    expect(sent.at(-1) / size).toBeLessThan(1.4);
  });

  it('that stands still is stopped, and done again', async () => {
    let stalls = 1;
    proxy.fate = (request) => (/^PATCH /.test(request) && stalls-- > 0 ? 'stall' : 'pass');
    const { code, stdout, retries } = await build({ layers: await bigFiles(['d']), base: small });
    expect(code, stdout).toBe(0);
    expect(retries).toHaveLength(1);
    expect(retries[0].what).toContain('nothing was transferred for 3 seconds');
  });

  it('that always stands still ends', async () => {
    proxy.fate = (request) => (/^PATCH /.test(request) ? 'stall' : 'pass');
    const { code, events, retries } = await build(
      { layers: await bigFiles(['e']), base: small },
      ...['--engine', 'podman'],
    );
    expect(code).toBe(4);
    expect(retries).toHaveLength(2);
    expect(events.at(-1).diagnostics[0]).toMatchObject({ code: 'server-trouble', failed: { attempts: 3 } });
  });
});

describe('a pull', () => {
  it('stays away as long as the registry asks it to', async () => {
    await tryRun('buildah', ['rmi', '--all', '--force'], { env: workspace.env });
    let refusals = 2;
    const refused: number[] = [];
    proxy.fate = (request): Fate => {
      if (!/^GET .*\/blobs\//.test(request) || refusals-- <= 0) return 'pass';
      refused.push(proxy.requests.length - 1);
      return { status: 429, retryAfter: 4 };
    };
    const { code, stdout } = await build({
      layers: [{ name: 'l', steps: [{ labels: { a: '429' } }] }],
      base: small.replace(registry.host, proxy.host),
    });
    expect(code, stdout).toBe(0);
    expect(refused).toHaveLength(2);
    for (const index of refused) {
      const again = proxy.requests.indexOf(proxy.requests[index]!, index + 1);
      expect(proxy.times[again]! - proxy.times[index]!).toBeGreaterThanOrEqual(3900);
    }
  });

  it.each(['reset', 'cut', 503, 'stall'] as const)('that breaks (%s) is done again', async (fate) => {
    await tryRun('buildah', ['rmi', '--all', '--force'], { env: workspace.env });
    let faults = 1;
    proxy.fate = (request) => (/^GET .*\/blobs\//.test(request) && faults-- > 0 ? fate : 'pass');
    const { code, stdout } = await build({
      layers: [{ name: 'l', steps: [{ labels: { a: `pull ${fate}` } }] }],
      base: small.replace(registry.host, proxy.host),
    });
    expect(code, stdout).toBe(0);
    expect(faults).toBeLessThan(1);
  });
});
