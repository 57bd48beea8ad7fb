import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { layersWith } from './support/running.ts';

const ACCOUNT = { user: 'job', password: 'a-password' };
const BINARY = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

interface Container {
  name: string;
  command: string[];
  env: { name: string; value: string }[];
  volumeMounts: { name: string; mountPath: string }[];
}
interface Volume {
  name: string;
  configMap?: { name: string; items?: { key: string; path: string }[] };
  secret?: { items: { key: string; path: string }[] };
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  spec: { template: { spec: { initContainers: Container[]; containers: Container[]; volumes: Volume[] } } };
}

let registry: Registry;
let workspace: Workspace;
let api: Awaited<ReturnType<typeof startApi>>;
let manifests: Manifest[];
let hash: string;
/** What the pods of the Job share: nothing but the cluster. */
let pods: Scratch;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true, htpasswd: ACCOUNT });
  workspace = await createWorkspace('job');
  pods = await scratchDirectory('pods');
  api = await startApi();
  const auth = Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString('base64');
  await writeFile(join(pods.path, 'auth.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  // A cluster's registry has TLS; the loopback one has none.
  await writeFile(
    join(pods.path, 'registries.conf'),
    `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`,
  );
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write('layers/files/a binary', BINARY);
  const files = [
    { path: '/etc/text', content: 'it\'s $HOME and "more"\n' },
    { path: '/etc/binary', source: 'files/a binary', mode: '0600' },
  ];
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      pool('edge', {
        image: `${registry.host}/os/edge`,
        layers: [{ name: 'files', steps: [{ files }] }],
        build: {
          job: { namespace: 'os-builds', builder: 'quay.io/buildah/stable:v1.39', pushSecret: 'push' },
        },
      }),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
  hash = JSON.parse(await workspace.read('dist/edge.build')).build;
  const folder = join(workspace.root, 'dist/builds', hash);
  const file = (await readdir(folder)).find((name) => name.endsWith('.k8s.yaml'))!;
  manifests = yaml.loadAll(await readFile(join(folder, file), 'utf8')) as Manifest[];
});

afterAll(async () => {
  await workspace?.remove();
  await pods?.remove();
  await api?.stop();
  await registry?.stop();
});

/** The one endpoint that the Job asks, of a server that knows its token. */
async function startApi() {
  const { certFile, keyFile, caFile } = await loopbackCertificate();
  const requests: { line: string; type: string | undefined; body: unknown }[] = [];
  const answers: number[] = [];
  const server: Server = createServer(
    { cert: await readFile(certFile), key: await readFile(keyFile) },
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = JSON.parse(Buffer.concat(chunks).toString());
      requests.push({
        line: `${request.method} ${request.url}`,
        type: request.headers['content-type'],
        body,
      });
      response
        .writeHead(request.headers.authorization === 'Bearer a-token' ? answers.shift()! : 401)
        .end('{}');
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caFile,
    requests,
    answers,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

function the(kind: string): Manifest {
  return manifests.find((manifest) => manifest.kind === kind)!;
}

/** A folder that stands for a pod's file system, with its volumes mounted as the kubelet does. */
async function startPod(name: string) {
  const root = join(pods.path, name);
  const { volumes, initContainers, containers } = the('Job').spec.template.spec;
  const config = the('ConfigMap');
  const keys: Record<string, Buffer> = {};
  for (const [key, text] of Object.entries(config.data ?? {})) keys[key] = Buffer.from(text);
  for (const [key, text] of Object.entries(config.binaryData ?? {})) keys[key] = Buffer.from(text, 'base64');
  for (const { name: volume, mountPath } of initContainers[0]!.volumeMounts) {
    const folder = join(root, mountPath);
    const { configMap, secret } = volumes.find((candidate) => candidate.name === volume)!;
    await mkdir(folder, { recursive: true });
    if (configMap !== undefined) {
      const items = configMap.items ?? Object.keys(keys).map((key) => ({ key, path: key }));
      await mountAsLinks(folder, Object.fromEntries(items.map(({ key, path }) => [path, keys[key]!])));
    } else if (secret !== undefined) {
      const content = await readFile(join(pods.path, 'auth.json'));
      await mountAsLinks(folder, Object.fromEntries(secret.items.map(({ path }) => [path, content])));
    }
  }
  const account = join(root, 'account');
  await mkdir(account);
  await writeFile(join(account, 'token'), 'a-token');
  await writeFile(join(account, 'ca.crt'), await readFile(api.caFile));
  const storage = join(root, 'storage.conf');
  const folders = `graphroot = "${root}/storage"\nrunroot = "${root}/run"`;
  await writeFile(storage, `[storage]\ndriver = "vfs"\n${folders}\n`);
  await mkdir(join(root, 'tmp'), { recursive: true });
  return (index: 0 | 1): Promise<Finished> => {
    const { command, env } = [...initContainers, ...containers][index]!;
    const script = command[2]!
      .replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', account)
      .replaceAll('https://kubernetes.default.svc', api.url);
    const variables = env.map(({ name, value }) => [name, value.startsWith('/') ? join(root, value) : value]);
    return tryRun('bash', ['-c', script], {
      cwd: root,
      env: {
        ...{ PATH: process.env.PATH, HOME: root, TMPDIR: join(root, 'tmp') },
        CONTAINERS_STORAGE_CONF: storage,
        CONTAINERS_REGISTRIES_CONF: join(pods.path, 'registries.conf'),
        ...Object.fromEntries(variables),
      },
    });
  };
}

/** The bytes in a hidden folder, `..data` a link to it, and each file a link through that. */
async function mountAsLinks(folder: string, files: Record<string, Buffer>): Promise<void> {
  const hidden = join(folder, '..2025_01_01');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(hidden, path, '..'), { recursive: true });
    await writeFile(join(hidden, path), content);
  }
  await symlink('..2025_01_01', join(folder, '..data'));
  for (const name of await readdir(hidden)) await symlink(join('..data', name), join(folder, name));
}

const credentials = ['--tls-verify=false', '--creds', `${ACCOUNT.user}:${ACCOUNT.password}`];

async function tagDigest(): Promise<string> {
  const args = ['inspect', ...credentials, `docker://${registry.host}/os/edge:build-${hash}`];
  return JSON.parse(await run('skopeo', args)).Digest;
}

function layers(...args: string[]): Promise<Finished> {
  return layersWith(workspace, { REGISTRY_AUTH_FILE: join(pods.path, 'auth.json') }, ...args);
}

function manifestsPut(): Promise<number> {
  return registry
    .requests()
    .then((all) => all.filter((line) => line.startsWith('PUT /v2/os/edge/manifests/')).length);
}

describe('a pool that a Job builds', () => {
  it('is skipped by layers build, which says who builds it and what comes then', async () => {
    const { code, stderr, stdout } = await layers('build', '--pin');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('edge: built by its Job; then `layers build edge --pin --adopt`');
    expect(stdout).toBe('edge  skipped  built by its Job\n');
  });

  it('is built by the first container from mounted files, pushed under its tag, and told by the second', async () => {
    const pod = await startPod('first');
    const built = await pod(0);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const digest = await readFile(join(pods.path, 'first/tmp/done/digest'), 'utf8');
    expect(digest.trim()).toBe(await tagDigest());

    api.answers.push(201);
    const told = await pod(1);
    expect(told.code, told.stderr).toBe(0);
    expect(api.requests).toEqual([
      {
        line: 'POST /api/v1/namespaces/os-builds/configmaps',
        type: 'application/json',
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `digest-${the('Job').metadata.name}` },
          data: { image: `${registry.host}/os/edge:build-${hash}`, digest: digest.trim() },
        },
      },
    ]);
  });

  it('is not pushed again by another pod of the Job, which tells the same digest', async () => {
    const before = await manifestsPut();
    const pod = await startPod('second');
    const built = await pod(0);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    expect(built.stdout).not.toContain('STEP 1/');
    expect(await manifestsPut()).toBe(before);
    const digest = (await readFile(join(pods.path, 'second/tmp/done/digest'), 'utf8')).trim();
    expect(digest).toBe(await tagDigest());

    api.requests.length = 0;
    api.answers.push(409, 200);
    const told = await pod(1);
    expect(told.code, told.stderr).toBe(0);
    const name = `digest-${the('Job').metadata.name}`;
    expect(api.requests.map(({ line }) => line)).toEqual([
      'POST /api/v1/namespaces/os-builds/configmaps',
      `PATCH /api/v1/namespaces/os-builds/configmaps/${name}`,
    ]);
    expect(api.requests[1]).toMatchObject({
      type: 'application/merge-patch+json',
      body: { data: { digest } },
    });
  });

  it('fails where the API server refuses, so that the Job tries again', async () => {
    const pod = await startPod('refused');
    await writeFile(join(pods.path, 'refused/tmp/done/digest'), 'sha256:0');
    api.answers.push(403, 403);
    const told = await pod(1);
    expect(told.code).not.toBe(0);
    expect(told.stderr).toContain('403');
  });

  it('is adopted, when its image has been looked at', async () => {
    const refused = await layers('build', '--pin');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('--adopt takes');
    const adopted = await layers('build', '--pin', '--adopt');
    expect(adopted.code, adopted.stderr).toBe(0);
    const digest = await tagDigest();
    expect(await workspace.read('dist/edge.k8s.yaml')).toContain(
      `osImageURL: ${registry.host}/os/edge@${digest}\n`,
    );
    expect(await workspace.read('layers/layers.lock')).toContain('origin: adopted');
  });

  it('has its files, byte for byte', async () => {
    const { env } = workspace;
    const from = ['from', '--quiet', ...credentials, `${registry.host}/os/edge@${await tagDigest()}`];
    const container = (await run('buildah', from, { env })).trim();
    const root = (await run('buildah', ['mount', container], { env })).trim();
    expect(await readFile(join(root, 'etc/text'), 'utf8')).toBe('it\'s $HOME and "more"\n');
    expect(Uint8Array.from(await readFile(join(root, 'etc/binary')))).toEqual(BINARY);
    await run('buildah', ['rm', container], { env });
  });

  it('is refused by the Job where something else has its tag', async () => {
    const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const login = `${ACCOUNT.user}:${ACCOUNT.password}`;
    const tag = `docker://${registry.host}/os/edge:build-${hash}`;
    const other = `docker://${await baseRef(registry)}`;
    await run('skopeo', ['copy', '--quiet', ...tls, '--src-creds', login, '--dest-creds', login, other, tag]);
    const pod = await startPod('impostor');
    const built = await pod(0);
    expect(built.code).toBe(1);
    expect(built.stderr).toContain('is there already, and is not this build');
  });
});
