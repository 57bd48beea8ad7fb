import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { bareRepository, serveGitHttp } from '../fixtures/git-server.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { start } from './support/running.ts';
import { blobsOf, namesBelow, namesIn, watchCommandLines } from './support/search.ts';

/** A password that is nowhere else, and says which it is. */
const marked = (name: string) => `MARKED-${name}-7Qz3Xk9`;
const base64 = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

const ACCOUNTS = {
  registry: { user: 'builder', password: marked('registry') },
  helper: { user: 'helped', password: marked('helper') },
  vendor: { user: 'vendor', password: marked('vendor') },
  proxy: { user: 'proxied', password: marked('proxy') },
  git: { user: 'pusher', password: marked('git') },
};
/** What is no secret, and is to be found wherever secrets are looked for: else the search would find nothing. */
const CONTROL = new Map([['control', 'CONTROL-public-4Wm8Rt2']]);

/** Every secret in every form that it is known to take, by name. */
const secrets = new Map<string, string>(
  Object.entries(ACCOUNTS).flatMap(([name, { user, password }]) => [
    [name, password] as const,
    [`${name} in base64`, base64(user, password)] as const,
  ]),
);
const note = (name: string): string => {
  secrets.set(name, marked(name));
  return marked(name);
};

let first: Registry;
let second: Registry;
let proxy: ConnectProxy;
let vendor: DirectoryServer;
let plain: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let env: NodeJS.ProcessEnv;
let before: Set<string>;

const besides = (...path: string[]) => join(workspace.root, '..', ...path);

async function put(path: string, content: string | Buffer): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

beforeAll(async () => {
  first = await startRegistry({ withBase: true, tls: true, htpasswd: ACCOUNTS.registry });
  second = await startRegistry({ tls: true, htpasswd: ACCOUNTS.helper });
  before = new Set((await blobsOf(first.storage, new Set())).keys());
  files = await scratchDirectory('served');
  vendor = await serveDirectory(files.path, { account: ACCOUNTS.vendor });
  plain = await serveDirectory(files.path);
  proxy = await startConnectProxy({
    account: ACCOUNTS.proxy,
    hosts: { 'rpms.layers.example:80': new URL(plain.url).host },
  });
  for (const [name, folder] of [
    ['agent', 'private'],
    ['proxied', 'public'],
  ]) {
    const spec = { name: `fixture-${name}`, version: '1.0', release: '1', files: { [`/usr/${name}`]: '' } };
    await put(join(files.path, folder!, `${name}-1.0-1.noarch.rpm`), await readFile(await buildRpm(spec)));
  }
  workspace = await createWorkspace('no-secrets');
  await givenRepository();
  env = await givenSecrets();
}, 120_000);

afterAll(async () => {
  await workspace?.remove();
  await Promise.all([proxy, vendor, plain, first, second].map((server) => server?.stop()));
  await files?.remove();
});

/** Two pools with one build in two registries, one with a build of its own, and one whose password is wrong. */
async function givenRepository(): Promise<void> {
  const auth = (secret: string) => ({
    rpms: { rpms: [{ url: `${vendor.url}/private/agent-1.0-1.noarch.rpm`, auth: { secret } }] },
  });
  const proxied = { rpms: { rpms: [{ url: 'http://rpms.layers.example/public/proxied-1.0-1.noarch.rpm' }] } };
  const show = {
    run: { reason: 'FIXTURE', commands: [`sh -c 'echo $0; sleep 1' ${CONTROL.get('control')}`] },
  };
  const steps = [{ entitlement: {} }, auth('vendor'), proxied, show];
  const build = (name: string, registry: Registry, ...all: object[]) =>
    pool(name, {
      image: `${registry.host}/os/${name}`,
      layers: [{ name: 'all', steps: all }],
      ...(name === 'three' && { refresh: 'again' }),
    });
  const files = { files: [{ path: '/etc/control', content: `${CONTROL.get('control')}\n` }] };
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write(
    'layers/all.yaml',
    documents(
      release('4.18.3', await baseRef(first)),
      build('one', first, ...steps, files),
      build('two', second, ...steps, files),
      build('three', second, ...steps, files),
      build('refused', first, auth('wrong')),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  await workspace.commit('layers');
}

/** Every place that credentials may be in, each with some of its own. */
async function givenSecrets(): Promise<NodeJS.ProcessEnv> {
  const home = workspace.env.HOME!;
  const authOf = (host: string, { user, password }: { user: string; password: string }) => ({
    [host]: { auth: base64(user, password) },
  });
  const other = (name: string) => authOf(`${name}.example.com`, { user: name, password: note(name) });
  for (const registry of [first, second]) {
    const ca = await readFile(registry.caFile!);
    await put(join(home, '.config/containers/certs.d', registry.host, 'ca.crt'), ca);
  }
  await put(join(home, '.config/containers/auth.json'), JSON.stringify({ auths: other('containers') }));
  const docker = { auths: other('docker'), credHelpers: { [second.host]: 'marked' } };
  await put(join(home, '.docker/config.json'), JSON.stringify(docker));
  await put(join(home, '.netrc'), `machine git.example.com login a password ${note('netrc')}\n`);
  await put(join(home, '.kube/config'), `users: [{ name: a, user: { token: ${note('kubeconfig')} } }]\n`);
  const { user: Username, password: Secret } = ACCOUNTS.helper;
  const helper = await put(
    besides('bin/docker-credential-marked'),
    `#!/bin/sh\necho '${JSON.stringify({ ServerURL: second.host, Username, Secret })}'\n`,
  );
  await chmod(helper, 0o755);
  // What looks at /proc misses what is over at once.
  for (const tool of ['buildah', 'git', 'skopeo']) {
    const real = (await run('sh', ['-c', `command -v ${tool}`])).trim();
    const script = `#!/bin/sh\necho "${tool} $*" >> ${besides('arguments')}\nexec ${real} "$@"\n`;
    await chmod(await put(besides('bin', tool), script), 0o755);
  }
  const authFile = await put(
    besides('auth.json'),
    JSON.stringify({
      auths: { ...authOf(first.host, ACCOUNTS.registry), ...other('authfile') },
      credHelpers: { [second.host]: 'marked' },
    }),
  );
  const { user, password } = ACCOUNTS.vendor;
  await put(besides('vendor/username'), user);
  await put(besides('vendor/password'), password);
  await put(besides('wrong/username'), user);
  await put(besides('wrong/password'), note('wrong'));
  const { clientCertFile, clientKeyFile } = await loopbackCertificate();
  const [cert, key] = [await readFile(clientCertFile, 'utf8'), await readFile(clientKeyFile, 'utf8')];
  await put(besides('entitlement/1.pem'), cert);
  await put(besides('entitlement/1-key.pem'), key);
  secrets.set('entitlement certificate', cert.split('\n')[2]!);
  secrets.set('entitlement key', key.split('\n')[1]!);
  // As actions/checkout leaves it, and as people paste it.
  const header = `AUTHORIZATION: basic ${Buffer.from(note('header')).toString('base64')}`;
  secrets.set('header in base64', header.split(' ')[2]!);
  await workspace.git('config', 'http.https://git.example.com/.extraheader', header);
  await workspace.git('remote', 'add', 'origin', `https://me:${note('remote')}@git.example.com/os.git`);
  const account = `${ACCOUNTS.proxy.user}:${ACCOUNTS.proxy.password}`;
  const url = `http://${account}@${proxy.host}`;
  await mkdir(besides('tmp'));
  return {
    PATH: `${besides('bin')}:${process.env.PATH}`,
    TMPDIR: besides('tmp'),
    REGISTRY_AUTH_FILE: authFile,
    ...Object.fromEntries(
      ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, url]),
    ),
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    ...Object.fromEntries(
      ['GITHUB_TOKEN', 'CI_JOB_TOKEN', 'REGISTRY_PASSWORD', 'AWS_SECRET_ACCESS_KEY', 'PGPASSWORD'].map(
        (name) => [name, note(name)],
      ),
    ),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraheader',
    GIT_CONFIG_VALUE_0: `X-Token: ${note('GIT_CONFIG')}`,
  };
}

/** All that a run says, and every command line that was there meanwhile. */
async function watched(...args: string[]) {
  const secret = (name: string) => ['--secret', `${name}=${besides(name)}`];
  const given = args[0] === 'build' ? [...secret('vendor'), ...secret('wrong')] : [];
  const entitlement = args[0] === 'build' ? ['--entitlement', besides('entitlement')] : [];
  const running = start(workspace, [...args, ...given, ...entitlement], env);
  const lines = await watchCommandLines(running);
  const { code, stdout, stderr } = await running.finished;
  return { code, stdout, stderr, lines };
}

describe('with marked credentials in every auth file and variable', { timeout: 300_000 }, () => {
  it('a build uses them, says nothing of them, and shows them to nobody', async () => {
    const text = await watched('build', 'one', 'two', '--pin', '--commit');
    expect(text.code, text.stderr).toBe(0);
    // They were needed: the registries, the servers and the proxy refuse everybody else.
    expect(proxy.requests).toContain('GET http://rpms.layers.example/public/proxied-1.0-1.noarch.rpm');
    expect(vendor.requests.join('\n')).toContain('GET /private/agent-1.0-1.noarch.rpm');
    for (const tool of ['buildah build', 'buildah push', 'skopeo copy'])
      expect(
        text.lines.some((line) => line.includes(tool)),
        tool,
      ).toBe(true);
    const json = await watched('build', 'three', '--pin', '--commit', '--output', 'json');
    expect(json.code, json.stderr).toBe(0);

    for (const { stdout, stderr, lines } of [text, json]) {
      expect(namesIn(stdout + stderr, CONTROL), 'what is said').toEqual(['control']);
      expect(namesIn(stdout + stderr, secrets), 'what is said').toEqual([]);
      expect(namesIn(lines.join('\n'), CONTROL), 'command lines').toEqual(['control']);
      expect(namesIn(lines.join('\n'), secrets), 'command lines').toEqual([]);
    }
    const all = await readFile(besides('arguments'), 'utf8');
    for (const tool of ['buildah build', 'buildah push', 'skopeo copy', 'git commit'])
      expect(all).toContain(`${tool} `);
    expect(namesIn(all, secrets), 'arguments').toEqual([]);
  });

  it.each([
    [['build', 'refused'], 3],
    [['build', 'refused', '--output', 'json'], 3],
    [['check', '--online'], 1],
    [['check', '--online', '--output', 'json'], 1],
    [['prune', '--output', 'json'], 0],
    [['status', '--output', 'json'], 0],
  ])('%j says nothing of them either', async (args, code) => {
    const run = await watched(...args);
    expect(run.code, run.stderr).toBe(code);
    expect((run.stdout + run.stderr).length).toBeGreaterThan(50);
    expect(namesIn(run.stdout + run.stderr, secrets)).toEqual([]);
    expect(namesIn(run.lines.join('\n'), secrets)).toEqual([]);
  });

  it('pins are pushed to a remote that has a password in its URL', async () => {
    const bare = await bareRepository(besides('served/os.git'), workspace.env);
    const server = await serveGitHttp(dirname(bare), ACCOUNTS.git);
    try {
      const { user, password } = ACCOUNTS.git;
      const url = `${server.url.replace('://', `://${user}:${password}@`)}/os.git`;
      await workspace.git('remote', 'add', 'forge', url);
      // Git writes there what it runs, however shortly.
      env.GIT_TRACE = besides('trace');
      const body = besides('body.md');
      const hold = ['pin', 'hold', 'one', '--reason', CONTROL.get('control')!, '--pr-body', body];
      for (const output of [[], ['--output', 'json']]) {
        const run = await watched(...hold, '--onto', 'forge#main', ...output);
        expect(run.code, run.stderr).toBe(0);
        expect(namesIn(run.stdout + run.stderr, secrets)).toEqual([]);
        expect(namesIn(run.lines.join('\n'), secrets)).toEqual([]);
        hold[4] += ', still';
      }
      const trace = await readFile(besides('trace'), 'utf8');
      expect(trace).toContain(`git-remote-http forge ${server.url}/os.git`);
      expect(trace).toContain('git push');
      expect(namesIn(trace, secrets)).toEqual([]);
      expect(namesIn(await readFile(body, 'utf8'), secrets)).toEqual([]);
      const refused = await watched('pin', 'release', 'one', '--onto', `${url}#main`);
      expect(refused.stderr).toContain('(url-password)');
      expect(namesIn(refused.stdout + refused.stderr, secrets)).toEqual([]);
      const objects = await run('sh', ['-c', 'git cat-file --batch-all-objects --batch'], {
        cwd: bare,
        env: workspace.env,
      });
      expect(namesIn(objects, CONTROL)).toEqual(['control']);
      expect(namesIn(objects, secrets)).toEqual([]);
    } finally {
      delete env.GIT_TRACE;
      await server.stop();
    }
  });

  it('none of them is in git, in dist/, or in what is kept here', async () => {
    const objects = await run('sh', ['-c', 'git cat-file --batch-all-objects --batch'], {
      cwd: workspace.root,
      env: workspace.env,
    });
    expect(namesIn(objects, CONTROL)).toEqual(['control']);
    expect(namesIn(objects, secrets)).toEqual([]);
    for (const folder of ['dist', '.layers']) {
      const path = join(workspace.root, folder);
      expect(await namesBelow(path, CONTROL), folder).toHaveLength(1);
      expect(await namesBelow(path, secrets), folder).toEqual([]);
    }
    expect(await namesBelow(besides('tmp'), secrets)).toEqual([]);
  });

  it('none of them is in what registries got: layers, configurations with their history, manifests', async () => {
    for (const registry of [first, second]) {
      const blobs = await blobsOf(registry.storage, before);
      expect(blobs.size).toBeGreaterThan(3);
      const found = (texts: ReadonlyMap<string, string>) => [
        ...new Set([...blobs.values()].flatMap((bytes) => namesIn(bytes, texts))),
      ];
      expect(found(CONTROL)).toEqual(['control']);
      expect(found(secrets)).toEqual([]);
    }
  });

  it("none of them is in the engine's store", async () => {
    const store = besides('store');
    expect(await namesBelow(store, CONTROL)).toHaveLength(1);
    expect(await namesBelow(store, secrets)).toEqual([]);
  });
});
