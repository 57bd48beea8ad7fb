import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { startKube } from '../fixtures/kube.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createUser, type RootlessUser } from '../fixtures/rootless-user.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, pool, release } from './support/documents.ts';
import { type Api, keysOf, type Manifest, type PodSpec, startApi, startPod } from './support/pod.ts';

const ACCOUNT = { user: 'job', password: 'a-password of "its own"' };

let registry: Registry;
let files: Scratch;
let server: DirectoryServer;
let workspace: Workspace;
let pods: Scratch;
let api: Api;
/** Who builds there: nobody with root's rights. */
let user: RootlessUser;
let secrets: Record<string, Record<string, Buffer>>;
let certificate: Buffer;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('job-secrets');
  pods = await scratchDirectory('pods');
  files = await scratchDirectory('served');
  server = await serveDirectory(files.path, { account: ACCOUNT });
  api = await startApi();
  user = await createUser({ ids: true });
  const rpm = await buildRpm({
    name: 'fixture-agent',
    version: '1.0',
    release: '1',
    files: { '/usr/share/agent': '' },
  });
  await writeFile(
    join(pods.path, 'registries.conf'),
    `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`,
  );
  await scratchCopy(rpm, 'private/fixture-agent-1.0-1.noarch.rpm');
  const { clientCertFile, clientKeyFile } = await loopbackCertificate();
  certificate = await readFile(clientCertFile);
  secrets = {
    push: { '.dockerconfigjson': Buffer.from('{"auths":{}}') },
    vendor: { username: Buffer.from(ACCOUNT.user), password: Buffer.from(`${ACCOUNT.password}\n`) },
    client: {
      'tls.crt': certificate,
      'tls.key': Buffer.from(await run('openssl', ['genpkey', '-algorithm', 'ed25519'])),
      other: Buffer.from('what no build asked for'),
    },
    'etc-pki-entitlement': {
      'entitlement.pem': certificate,
      'entitlement-key.pem': await readFile(clientKeyFile),
    },
  };
  await workspace.write('layers/pools.yaml', await fleet());
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await pods?.remove();
  await api?.stop();
  await user?.remove();
  await server?.stop();
  await files?.remove();
  await registry?.stop();
});

async function scratchCopy(from: string, to: string): Promise<void> {
  await mkdir(join(files.path, to, '..'), { recursive: true });
  await writeFile(join(files.path, to), await readFile(from));
}

async function fleet(): Promise<string> {
  const build = {
    job: { namespace: 'os-builds', builder: 'quay.io/buildah/stable:v1.39', pushSecret: 'push' },
  };
  const rpms = [{ url: `${server.url}/private/fixture-agent-1.0-1.noarch.rpm`, auth: { secret: 'vendor' } }];
  const one = (name: string, command: string) =>
    pool(name, {
      image: `${registry.host}/os/${name}`,
      build,
      layers: [
        {
          name,
          steps: [
            { entitlement: {} },
            { rpms: { rpms } },
            { run: { reason: 'FIXTURE', commands: [command] } },
          ],
        },
      ],
    });
  const certified = pool('leaks-tls', {
    image: `${registry.host}/os/leaks-tls`,
    build,
    layers: [
      {
        name: 'certified',
        steps: [
          {
            repository: {
              id: 'never',
              baseurl: 'https://127.0.0.1:1/',
              gpgcheck: false,
              auth: { secret: 'client', type: 'tls' },
            },
          },
          {
            run: {
              reason: 'FIXTURE',
              commands: [
                'cp /run/secrets/client/tls.key /etc/remembered',
                'test ! -e /run/secrets/client/other',
              ],
            },
          },
        ],
      },
    ],
  });
  return documents(
    release('4.18.3', await baseRef(registry)),
    certified,
    one('keeps', 'test -s /etc/pki/entitlement/entitlement-key.pem'),
    one('leaks', 'cp /etc/pki/entitlement/entitlement-key.pem /etc/remembered'),
    one('leaks-password', 'cp /run/secrets/vendor/password /etc/remembered'),
  );
}

async function manifestTexts(folder: string): Promise<string[]> {
  const names = (await readdir(join(workspace.root, folder))).filter((name) => name.endsWith('.k8s.yaml'));
  return Promise.all(names.map((name) => workspace.read(join(folder, name))));
}

async function manifestsIn(folder: string): Promise<Manifest[]> {
  return (await manifestTexts(folder)).flatMap((text) => yaml.loadAll(text) as Manifest[]);
}

async function podOf(name: string) {
  const hash = JSON.parse(await workspace.read(`dist/${name}.build`)).build;
  const manifests = await manifestsIn(`dist/builds/${hash}`);
  const files = manifests.find(({ kind }) => kind === 'ConfigMap')!;
  const root = join(pods.path, name);
  const container = await startPod({
    ...{ root, api, user, secrets },
    spec: manifests.find(({ kind }) => kind === 'Job')!.spec.template.spec,
    registriesConf: join(pods.path, 'registries.conf'),
    config: { [files.metadata.name]: keysOf(files) },
  });
  return { root, container };
}

async function pushed(name: string): Promise<boolean> {
  const requests = await registry.requests();
  return requests.some((line) => line.startsWith(`PUT /v2/os/${name}/manifests/`));
}

describe("a Job's build with secrets", { timeout: 300_000 }, () => {
  it('reads them from Secret volumes, and pushes an image that has none', async () => {
    const { root, container } = await podOf('keeps');
    const built = await container(0);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    expect(await pushed('keeps')).toBe(true);
    expect(await readFile(join(root, 'volumes/done/digest'), 'utf8')).toMatch(/^sha256:/);
    expect(built.stdout + built.stderr).not.toContain(ACCOUNT.password);
  });

  it.each(['leaks', 'leaks-password', 'leaks-tls'])('%s is not pushed', async (name) => {
    const { container } = await podOf(name);
    const built = await container(0);
    expect(built.code).toBe(1);
    expect(built.stderr).toContain('a layer of the image has a secret of its build: nothing was pushed');
    expect(await pushed(name)).toBe(false);
  });
});

describe("the copy of a cluster's entitlement", () => {
  const copyPod = async (name: string) => {
    const all = await manifestsIn('dist/builds');
    const job = all.find(({ kind }) => kind === 'Job')!;
    const cron = all.find(({ kind }) => kind === 'CronJob') as unknown as {
      spec: { schedule: string; jobTemplate: { spec: { template: { spec: PodSpec } } } };
    };
    expect(cron.spec.jobTemplate.spec.template.spec).toEqual(job.spec.template.spec);
    return startPod({
      ...{ root: join(pods.path, name), api, user, secrets: {}, config: {} },
      spec: job.spec.template.spec,
      registriesConf: join(pods.path, 'registries.conf'),
    });
  };
  const source = (data: object) => ({
    status: 200,
    body: JSON.stringify({
      metadata: { managedFields: [{ fieldsV1: { 'f:data': { 'f:entitlement.pem': {} } } }] },
      data,
    }),
  });

  it('reads the one Secret, and writes the certificates, which are on no command line', async () => {
    const copy = await copyPod('copy');
    const data = { 'entitlement-key.pem': 'a2V5', 'entitlement.pem': certificate.toString('base64') };
    api.requests.length = 0;
    api.answers.push(source({ ...data, other: 'eA==' }), 200);
    const copied = await copy(0);
    expect(copied.code, copied.stderr).toBe(0);
    expect(api.requests).toEqual([
      {
        line: 'GET /api/v1/namespaces/openshift-config-managed/secrets/etc-pki-entitlement',
        type: undefined,
        body: undefined,
      },
      {
        line: 'PATCH /api/v1/namespaces/os-builds/secrets/etc-pki-entitlement?fieldManager=cdk8s-os-layers&force=true',
        type: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'etc-pki-entitlement' }, data },
      },
    ]);
  });

  it('fails where there is nothing to copy, or no right to', async () => {
    const copy = await copyPod('no-copy');
    api.answers.push(source({}));
    const none = await copy(0);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('openshift-config-managed/etc-pki-entitlement has no certificates');
    api.answers.push(403);
    expect((await copy(0)).stderr).toContain('403');
  });

  it('may read that Secret there, and write its copy here, and nothing else: an API server says so', {
    timeout: 120_000,
  }, async () => {
    const kube = await startKube();
    try {
      const kubectl = async (args: string[], input?: string): Promise<string> => {
        const { code, stdout, stderr } = await kube.kubectl(args, input);
        expect(code, stderr).toBe(0);
        return stdout.trim();
      };
      for (const namespace of ['openshift-config-managed', 'os-builds'])
        await kubectl(['create', 'namespace', namespace]);
      const text = (await manifestTexts('dist/builds')).join('---\n');
      await kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], text);
      const data = { 'entitlement.pem': 'one', 'entitlement-key.pem': 'two' };
      const literals = (prefix: string) =>
        Object.entries(data).map(([key, value]) => `--from-literal=${key}=${prefix}${value}`);
      const source = ['secret', 'generic', 'etc-pki-entitlement', '-n', 'openshift-config-managed'];
      await kubectl(['create', ...source, ...literals('old-'), '--from-literal=other=x']);
      const account = ['os-layers-entitlement', '-n', 'os-builds'];
      const token = await kubectl(['create', 'token', ...account]);
      const job = (await manifestsIn('dist/builds')).find(({ kind }) => kind === 'Job')!;
      const copy = await startPod({
        ...{ root: join(pods.path, 'real-api'), user, secrets: {}, config: {}, token },
        api: { ...api, url: kube.url },
        spec: job.spec.template.spec,
        registriesConf: join(pods.path, 'registries.conf'),
      });
      const get = ['get', 'secret', 'etc-pki-entitlement', '-n', 'os-builds', '-o', 'jsonpath={.data}'];
      const copied = async () => JSON.parse(await kubectl(get));
      const encoded = (prefix: string) =>
        Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(prefix + value).toString('base64')]),
        );
      const first = await copy(0);
      expect(first.code, first.stderr).toBe(0);
      expect(await copied()).toEqual(encoded('old-'));
      // Certificates are rotated.
      await kubectl(['delete', ...source.filter((word) => word !== 'generic')]);
      await kubectl(['create', ...source, ...literals('new-')]);
      const second = await copy(0);
      expect(second.code, second.stderr).toBe(0);
      expect(await copied()).toEqual(encoded('new-'));

      const may = async (...question: string[]) => {
        const as = ['--as', 'system:serviceaccount:os-builds:os-layers-entitlement'];
        const { stdout } = await kube.kubectl(['auth', 'can-i', ...question, ...as]);
        return stdout.trim();
      };
      expect(await may('get', 'secret/etc-pki-entitlement', '-n', 'openshift-config-managed')).toBe('yes');
      for (const [verb, what, namespace] of [
        ['get', 'secret/another', 'openshift-config-managed'],
        ['patch', 'secret/etc-pki-entitlement', 'openshift-config-managed'],
        ['create', 'secrets', 'os-builds'],
        ['create', 'secret/another', 'os-builds'],
        ['list', 'secrets', 'os-builds'],
        ['get', 'secret/push', 'os-builds'],
      ] as const)
        expect(await may(verb, what, '-n', namespace), `${verb} ${what} in ${namespace}`).toBe('no');
    } finally {
      await kube.stop();
    }
  });

  it('has no secret in git', async () => {
    const all = await manifestsIn('dist/builds');
    expect(all.map(({ kind }) => kind)).not.toContain('Secret');
  });
});
