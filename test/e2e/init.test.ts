import { createReadStream } from 'node:fs';
import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../docs/blocks.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { CLI } from '../fixtures/workspace.ts';

const WRITTEN = [
  '.gitattributes',
  '.gitignore',
  'README.md',
  'cdk8s.yaml',
  'layers/layers.yaml',
  'layers/pools.yaml',
  'layers/releases.yaml',
  'package.json',
];
const VENDORED = 'vendor/cdk8s-os-layers-0.1.0.tgz';

let scratch: Scratch;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  scratch = await scratchDirectory('init');
  env = withoutNpm({ ...process.env, NO_COLOR: '1', npm_config_audit: 'false', npm_config_fund: 'false' });
  // cdk8s-cli asks the network for newer versions of itself unless told not to.
  env.CDK8S_CHECK_UPGRADE = 'false';
});

afterAll(async () => {
  await scratch?.remove();
});

/** What `npm test` puts into its environment would reach the npm that is tested. */
function withoutNpm(all: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passing = /^npm_config_(?:registry|cache|proxy|https_proxy|cafile|prefer_offline|audit|fund)$/i;
  return Object.fromEntries(Object.entries(all).filter(([key]) => !/^npm_/i.test(key) || passing.test(key)));
}

function layers(cwd: string, ...args: string[]): Promise<Finished> {
  return tryRun(process.execPath, [CLI, ...args], { cwd, env });
}

async function folder(name: string): Promise<string> {
  const path = join(scratch.path, name);
  await mkdir(path, { recursive: true });
  return path;
}

async function filesIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !/^(?:node_modules|\.git)\//.test(path))
    .sort();
}

async function contentsOf(root: string): Promise<Record<string, string>> {
  const files = await filesIn(root);
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path, await readFile(join(root, path), 'base64')])),
  );
}

/** `npm install`, then everything that a new repository is for. */
async function useRepository(root: string, npmEnv = env): Promise<void> {
  await run('npm', ['install'], { cwd: root, env: npmEnv });
  const npx = (...args: string[]) => tryRun('npx', ['--no-install', ...args], { cwd: root, env: npmEnv });

  const synth = await npx('layers', 'synth');
  expect(synth.code, synth.stderr).toBe(0);
  expect(synth.stderr).toContain('worker has no image yet');
  const ours = await contentsOf(join(root, 'dist'));
  expect(Object.keys(ours).map((path) => basename(path))).toEqual(['Containerfile', 'plan', 'worker.build']);

  const cdk8s = await npx('cdk8s', 'synth');
  expect(cdk8s.code, cdk8s.stderr).toBe(0);
  expect(await contentsOf(join(root, 'dist'))).toEqual(ours);

  const check = await npx('layers', 'check');
  expect(check.code).toBe(1);
  expect(check.stderr).toContain('(pin-missing)');
  expect(check.stderr).toMatch(/^1 error$/m);
}

describe('a new repository from a checkout', () => {
  it('has a copy of the checkout, and works after npm install', async () => {
    const parent = await folder('checkout');
    const made = await layers(parent, 'init', 'my nodes');
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout.trim().split('\n')).toEqual([...WRITTEN, VENDORED]);
    expect(made.stderr).toBe("Next: cd 'my nodes' && npm install && npx layers synth\n");
    const root = join(parent, 'my nodes');
    expect(await filesIn(root)).toEqual([...WRITTEN, VENDORED]);
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      name: 'my-nodes',
      private: true,
      scripts: { synth: 'layers synth', check: 'layers check', build: 'layers build' },
      dependencies: { 'cdk8s-os-layers': `file:${VENDORED}` },
    });
    await useRepository(root);
    // One copy of cdk8s: constructs of two copies are no children of each other.
    await expect(access(join(root, 'node_modules/cdk8s-os-layers/node_modules'))).rejects.toThrow();
  });

  it('leaves the checkout as it was', async () => {
    const before = await stat(CLI);
    const parent = await folder('untouched');
    expect((await layers(parent, 'init')).code).toBe(0);
    expect((await stat(CLI)).mtimeMs).toBe(before.mtimeMs);
    expect(await filesIn(parent)).toEqual([...WRITTEN, VENDORED]);
  });

  it('may stand in a folder of another git repository, beside its files', async () => {
    const parent = await folder('monorepo');
    await run('git', ['init', '--quiet'], { cwd: parent, env });
    const root = await folder('monorepo/platform/nodes');
    await writeFile(join(root, 'OWNERS'), 'platform\n');
    expect((await layers(parent, '-C', 'platform', 'init', 'nodes')).code).toBe(0);
    expect(await readFile(join(root, 'OWNERS'), 'utf8')).toBe('platform\n');
    await useRepository(root);
    const untracked = await run('git', ['status', '--short', '--untracked-files=all'], { cwd: parent, env });
    expect(untracked).not.toMatch(/node_modules|\.layers/);
    expect(untracked).toContain('platform/nodes/dist/worker.build');
  });
});

describe('a new repository from an installed package', () => {
  let registry: Server;
  let npmEnv: NodeJS.ProcessEnv;

  beforeAll(async () => {
    const tarballs = await folder('tarballs');
    await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', tarballs], { env });
    const upstream = (await run('npm', ['config', 'get', 'registry'], { env })).trim();
    registry = await serveNpm(join(tarballs, 'cdk8s-os-layers-0.1.0.tgz'), upstream);
    const { port } = registry.address() as AddressInfo;
    npmEnv = { ...env, npm_config_registry: `http://127.0.0.1:${port}/` };
  });

  afterAll(async () => {
    registry?.closeAllConnections();
    registry?.close();
  });

  it('depends on the version that made it, and works after npm install', async () => {
    const parent = await folder('installed');
    await writeFile(join(parent, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', 'cdk8s-os-layers'], { cwd: parent, env: npmEnv });
    const made = await tryRun('npx', ['--no-install', 'layers', 'init', 'nodes'], {
      cwd: parent,
      env: npmEnv,
    });
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout.trim().split('\n')).toEqual(WRITTEN);
    const root = join(parent, 'nodes');
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(manifest.dependencies['cdk8s-os-layers']).toBe('^0.1.0');
    await useRepository(root, npmEnv);
  });
});

describe('the types of the installed package', () => {
  it('check an app without anything that is bundled, and find its mistakes', async () => {
    const parent = await folder('types');
    expect((await layers(parent, 'init')).code).toBe(0);
    await run('npm', ['install'], { cwd: parent, env });
    const app = blocksOf('docs/typescript.md').find(({ language }) => language === 'ts')!.text;
    await writeFile(join(parent, 'main.ts'), app);
    // Without skipLibCheck: a type that is not there would be `any`, and check nothing.
    const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: [] };
    await writeFile(join(parent, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['main.ts'] }));
    const tsc = () => tryRun(process.execPath, [resolve('node_modules/typescript/bin/tsc')], { cwd: parent });
    expect((await tsc()).stdout).toBe('');
    await writeFile(join(parent, 'main.ts'), app.replace("install: ['agent']", "instal: ['agent']"));
    expect((await tsc()).stdout).toMatch(
      /^main\.ts\(\d+,\d+\): error .*'instal' does not exist in type 'PackagesProps'/,
    );
  });
});

describe('init never overwrites', () => {
  it('names every file in its way, and writes nothing', async () => {
    const root = await folder('taken');
    await mkdir(join(root, 'layers'));
    await writeFile(join(root, 'README.md'), 'mine\n');
    await writeFile(join(root, 'layers/pools.yaml'), 'mine\n');
    const { code, stderr } = await layers(root, 'init');
    expect(code).toBe(2);
    expect(stderr).toContain(`${join(root, 'README.md')} is there already (file-exists)`);
    expect(stderr).toContain(`${join(root, 'layers/pools.yaml')} is there already (file-exists)`);
    expect(stderr).toContain('2 errors');
    expect(await filesIn(root)).toEqual(['README.md', 'layers/pools.yaml']);
    expect(await readFile(join(root, 'README.md'), 'utf8')).toBe('mine\n');
  });

  it('refuses a file where a folder is needed', async () => {
    const root = await folder('file');
    await writeFile(join(root, 'nodes'), '');
    const { code, stderr } = await layers(root, 'init', 'nodes');
    expect(code).toBe(2);
    expect(stderr).toContain('nodes is not a folder (not-a-folder)');
    expect(await filesIn(root)).toEqual(['nodes']);
  });
});

/** An npm registry on loopback that has this package, and sends npm to its own registry for all others. */
async function serveNpm(tarball: string, upstream: string): Promise<Server> {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  const server = createServer((request, response) => {
    if (request.url === '/cdk8s-os-layers') {
      const dist = { tarball: `http://${request.headers.host}/${basename(tarball)}` };
      const { version } = manifest;
      const document = {
        name: manifest.name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, dist } },
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    } else if (request.url === `/${basename(tarball)}`) createReadStream(tarball).pipe(response);
    else response.writeHead(302, { location: new URL(request.url!.slice(1), upstream).href }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
