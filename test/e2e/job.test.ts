import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createUser, type RootlessUser } from '../fixtures/rootless-user.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { type Api, keysOf, type Manifest, startApi, startPod } from './support/pod.ts';
import { layersWith } from './support/running.ts';

const ACCOUNT = { user: 'job', password: 'a-password' };
const BINARY = Uint8Array.from({ length: 300 }, (_, index) => index % 256);

let registry: Registry;
let workspace: Workspace;
let api: Api;
/** Who builds there: nobody with root's rights. */
let user: RootlessUser;
let manifests: Manifest[];
let hash: string;
/** What the pods of the Job share: nothing but the cluster. */
let pods: Scratch;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true, htpasswd: ACCOUNT });
  workspace = await createWorkspace('job');
  pods = await scratchDirectory('pods');
  api = await startApi();
  user = await createUser({ ids: true });
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
  await user?.remove();
  await registry?.stop();
});

function the(kind: string): Manifest {
  return manifests.find((manifest) => manifest.kind === kind)!;
}

/** A pod of the Job; `name` is its folder. */
async function podOf(name: string) {
  const push = { '.dockerconfigjson': await readFile(join(pods.path, 'auth.json')) };
  const { metadata } = the('ConfigMap');
  return startPod({
    root: join(pods.path, name),
    spec: the('Job').spec.template.spec,
    api,
    user,
    registriesConf: join(pods.path, 'registries.conf'),
    config: { [metadata.name]: keysOf(the('ConfigMap')) },
    secrets: { push },
  });
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
    expect(stderr).toContain('[edge] built by its Job; then `layers build edge --pin --adopt`');
    expect(stdout).toBe('edge  skipped  built by its Job\n');
  });

  it('is built by the first container from mounted files, pushed under its tag, and told by the second', async () => {
    const pod = await podOf('first');
    const built = await pod(0);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const digest = await readFile(join(pods.path, 'first/volumes/done/digest'), 'utf8');
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
    const pod = await podOf('second');
    const built = await pod(0);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    expect(built.stdout).not.toContain('STEP 1/');
    expect(await manifestsPut()).toBe(before);
    const digest = (await readFile(join(pods.path, 'second/volumes/done/digest'), 'utf8')).trim();
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
    const pod = await podOf('refused');
    await writeFile(join(pods.path, 'refused/volumes/done/digest'), 'sha256:0');
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
    expect(await workspace.read('layers/lock/edge.lock')).toContain('origin: adopted');
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
    const pod = await podOf('impostor');
    const built = await pod(0);
    expect(built.code).toBe(1);
    expect(built.stderr).toContain('is there already, and is not this build');
  });
});
