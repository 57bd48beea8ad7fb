import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type ConnectProxy, startConnectProxy } from '../fixtures/connect-proxy.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import { startKube } from '../fixtures/kube.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createUser, type RootlessUser } from '../fixtures/rootless-user.ts';
import { buildRpm, createRepository, gpgKey, signRpm } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { loopbackCertificate, PROXIED_HOST } from '../fixtures/tls.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, pool, release } from './support/documents.ts';
import { type Api, keysOf, type Manifest, startApi, startPod } from './support/pod.ts';

const PACKAGES = 'packages.layers.example';
const BASES = 'quay.layers.example';
const PROXY = { user: 'job', password: 'pr0xy-s3cr3t' };
const ACCEPT = { default: [{ type: 'insecureAcceptAnything' }] };
const REJECT = { default: [{ type: 'reject' }] };

let registry: Registry;
let mirror: Registry;
let open: ConnectProxy;
let closed: ConnectProxy;
let files: Scratch;
let server: DirectoryServer;
let workspace: Workspace;
let pods: Scratch;
let api: Api;
let user: RootlessUser;
let config: Record<string, Record<string, Buffer>>;
let secrets: Record<string, Record<string, Buffer>>;

const JOB = {
  namespace: 'os-builds',
  builder: 'quay.io/buildah/stable:v1.39',
  pushSecret: 'push',
  trustBundle: { configMap: 'authorities' },
  registries: 'mirrors',
  policy: 'policy',
  yumRepositories: 'repositories',
  gpgKeys: 'keys',
  resources: {
    requests: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '40Gi' },
    limits: { memory: '8Gi' },
  },
  nodeSelector: { 'node-role.kubernetes.io/builds': '' },
  tolerations: [{ key: 'builds', operator: 'Exists', effect: 'NoSchedule' }],
};

beforeAll(async () => {
  [registry, mirror] = await Promise.all([startRegistry({ tls: true }), startRegistry({ withBase: true })]);
  files = await scratchDirectory('served');
  server = await serveDirectory(files.path, {});
  const hosts = { [`${PROXIED_HOST}:443`]: registry.host, [`${PACKAGES}:80`]: new URL(server.url).host };
  open = await startConnectProxy({ hosts });
  closed = await startConnectProxy({ hosts, account: PROXY });
  workspace = await createWorkspace('job-surroundings');
  pods = await scratchDirectory('pods');
  api = await startApi();
  user = await createUser({ ids: true });
  const rpm = await signRpm(
    await buildRpm({
      name: 'fixture-agent',
      version: '1.0',
      release: '1',
      files: { '/usr/share/agent': '' },
    }),
  );
  await mkdir(join(files.path, 'el9'));
  await copyFile(rpm, join(files.path, 'el9', basename(rpm)));
  await createRepository(join(files.path, 'el9'));
  const { clientCertFile, clientKeyFile } = await loopbackCertificate();
  const repository = [
    ...['[mirrored]', 'name=mirrored', `baseurl=http://${PACKAGES}/el9`, 'enabled=1', 'gpgcheck=1'],
    ...['gpgkey=file:///etc/pki/rpm-gpg/KEY', ''],
  ];
  const mirrored = `[[registry]]\nlocation = "${BASES}"\n[[registry.mirror]]\nlocation = "${mirror.host}"\ninsecure = true\n`;
  config = {
    authorities: { 'ca-bundle.crt': await readFile(registry.caFile!) },
    mirrors: { 'registries.conf': Buffer.from(mirrored) },
    policy: { 'policy.json': Buffer.from(JSON.stringify(ACCEPT)) },
    repositories: { 'mirrored.repo': Buffer.from(repository.join('\n')) },
  };
  secrets = {
    push: { '.dockerconfigjson': Buffer.from('{"auths":{}}') },
    keys: { KEY: Buffer.from(await gpgKey()) },
    'etc-pki-entitlement': {
      'entitlement.pem': await readFile(clientCertFile),
      'entitlement-key.pem': await readFile(clientKeyFile),
    },
    proxy: Object.fromEntries(
      Object.entries({ HTTP_PROXY: closed.url, HTTPS_PROXY: closed.url, NO_PROXY: '127.0.0.1' }).map(
        ([name, value]) => [name, Buffer.from(value)],
      ),
    ),
  };
  const base = (await baseRef(mirror)).replace(mirror.host, BASES);
  const agent = layer('agent', { packages: { install: ['fixture-agent'] } });
  const entitled = layer(
    'entitled',
    { entitlement: {} },
    {
      run: {
        reason: 'FIXTURE',
        commands: [
          'test -s /etc/pki/entitlement/entitlement-key.pem',
          'grep -q CERT /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
        ],
      },
    },
  );
  const values = { httpProxy: open.url, httpsProxy: open.url, noProxy: `127.0.0.1,${BASES}` };
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', base),
      agent,
      entitled,
      jobPool('edge', ['agent'], { ...JOB, proxy: values }),
      jobPool('entitled', ['agent', 'entitled'], {
        ...JOB,
        trustBundle: 'cluster',
        proxy: { secret: 'proxy' },
      }),
    ),
  );
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await pods?.remove();
  await user?.remove();
  await Promise.all([
    api?.stop(),
    open?.stop(),
    closed?.stop(),
    server?.stop(),
    registry?.stop(),
    mirror?.stop(),
  ]);
  await files?.remove();
});

function jobPool(name: string, layers: string[], job: object): object {
  return pool(name, { image: `${PROXIED_HOST}/os/${name}`, layers, build: { job } });
}

async function manifestsOf(name: string): Promise<Manifest[]> {
  return yaml.loadAll(await textOf(name)) as Manifest[];
}

async function textOf(name: string): Promise<string> {
  const { build } = JSON.parse(await workspace.read(`dist/${name}.build`));
  const folder = join('dist/builds', build);
  const file = (await readdir(join(workspace.root, folder))).find((name) => name.endsWith('.k8s.yaml'))!;
  return workspace.read(join(folder, file));
}

/** The first container of a pool's Job; `more` are ConfigMaps that differ. */
async function built(name: string, folder: string, more: typeof config = {}, env: NodeJS.ProcessEnv = {}) {
  const manifests = await manifestsOf(name);
  const own = manifests.find(({ kind, data }) => kind === 'ConfigMap' && data !== undefined)!;
  // What OpenShift does for the label.
  const trust = manifests.find(({ kind, data }) => kind === 'ConfigMap' && data === undefined);
  const pod = await startPod({
    ...{ root: join(pods.path, folder), api, user, secrets },
    spec: manifests.find(({ kind }) => kind === 'Job')!.spec.template.spec,
    registriesConf: '/dev/null',
    config: {
      ...config,
      ...more,
      [own.metadata.name]: keysOf(own),
      ...(trust && { [trust.metadata.name]: config.authorities! }),
    },
  });
  return pod(0, env);
}

describe("a Job's build in a cluster behind a proxy, with authorities, mirrors, a policy and repositories of its own", () => {
  it('builds and pushes by all of them', async () => {
    const { code, stdout, stderr } = await built('edge', 'edge');
    expect(code, stdout + stderr).toBe(0);
    expect(await readFile(join(pods.path, 'edge/volumes/done/digest'), 'utf8')).toMatch(
      /^sha256:[0-9a-f]{64}$/,
    );
    expect(open.requests).toContain(`CONNECT ${PROXIED_HOST}:443`);
    expect(open.requests).toContainEqual(expect.stringMatching(`^GET http://${PACKAGES}/el9/fixture-agent`));
    expect(await registry.requests()).toContainEqual(expect.stringMatching('^PUT /v2/os/edge/manifests/'));
    expect(await mirror.requests()).toContainEqual(expect.stringMatching('^GET /v2/fixture/rhel-coreos/'));
  });

  it('asks a proxy with a password for which a Secret is, and has an entitlement beside', async () => {
    const env = Object.fromEntries(
      Object.entries(secrets.proxy!).map(([name, value]) => [name, value.toString()]),
    );
    const { code, stdout, stderr } = await built('entitled', 'entitled', {}, env);
    expect(code, stdout + stderr).toBe(0);
    expect(closed.requests).toContain(`CONNECT ${PROXIED_HOST}:443`);
    expect(closed.requests).toContainEqual(
      expect.stringMatching(`^GET http://${PACKAGES}/el9/fixture-agent`),
    );
    for (const text of [stdout, stderr, await textOf('entitled')]) expect(text).not.toContain(PROXY.password);
    const layout = join(pods.path, 'pulled');
    const certificates = join(pods.path, 'certificates');
    await mkdir(certificates);
    await copyFile(registry.caFile!, join(certificates, 'ca.crt'));
    const from = `docker://${registry.host}/os/entitled:build-${JSON.parse(await workspace.read('dist/entitled.build')).build}`;
    await run('skopeo', ['copy', '--quiet', '--src-cert-dir', certificates, from, `dir:${layout}`]);
    for (const file of await readdir(layout)) {
      const bytes = await readFile(join(layout, file));
      const text = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
      expect(text.includes(PROXY.password), file).toBe(false);
    }
  });

  it.each([
    ['policy', { policy: { 'policy.json': Buffer.from(JSON.stringify(REJECT)) } }, /rejected by policy/],
    ['trustBundle', { authorities: { 'ca-bundle.crt': Buffer.from('') } }, /x509|certificate/],
    ['registries', { mirrors: { 'registries.conf': Buffer.from('') } }, new RegExp(BASES)],
    ['yumRepositories', { repositories: { 'none.repo': Buffer.from('') } }, /fixture-agent/],
  ] as const)('fails where %s says something else', async (name, more, says) => {
    const { code, stdout, stderr } = await built('edge', `without-${name}`, more, {
      // Another tag: this one is there by now.
      TAG: `${PROXIED_HOST}/os/other-${name.toLowerCase()}:other`,
    });
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(says);
  });

  it('has scripts that shellcheck finds nothing in', async () => {
    const scripts = (await Promise.all(['edge', 'entitled'].map(manifestsOf)))
      .flat()
      .flatMap(({ kind, spec }) =>
        kind === 'Job' ? [...spec.template.spec.initContainers!, ...spec.template.spec.containers] : [],
      );
    expect(scripts).toHaveLength(4);
    for (const { command } of scripts)
      execFileSync('shellcheck', ['--shell=bash', '-'], {
        input: command[2]!,
        stdio: ['pipe', 'inherit', 'inherit'],
      });
    expect(() =>
      execFileSync('shellcheck', ['--shell=bash', '-'], { input: 'cd $1', stdio: 'pipe' }),
    ).toThrow();
  });
});

describe('an API server', { timeout: 120_000 }, () => {
  it('takes the Jobs, and once they are finished finds no difference to git', async () => {
    const kube = await startKube();
    try {
      const kubectl = async (args: string[], input?: string): Promise<string> => {
        const { code, stdout, stderr } = await kube.kubectl(args, input);
        expect(code, stdout + stderr).toBe(0);
        return stdout;
      };
      await kubectl(['create', 'namespace', 'os-builds']);
      for (const name of ['edge', 'entitled']) {
        const text = await textOf(name);
        await kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], text);
        const job = (await manifestsOf(name)).find(({ kind }) => kind === 'Job')!.metadata.name;
        const now = new Date().toISOString();
        const conditions = ['SuccessCriteriaMet', 'Complete'].map((type) => ({
          ...{ type, status: 'True', lastTransitionTime: now, lastProbeTime: now },
        }));
        const status = { conditions, succeeded: 1, startTime: now, completionTime: now };
        const patch = ['patch', 'job', job, '-n', 'os-builds', '--subresource=status', '--type=merge'];
        await kubectl([...patch, '-p', JSON.stringify({ status })]);
        await kubectl(['diff', '--server-side', '-f', '-'], text);
        // The comparison can fail.
        const other = text.replace('backoffLimit: 3', 'backoffLimit: 4');
        expect((await kube.kubectl(['diff', '--server-side', '-f', '-'], other)).code).toBe(1);
      }
    } finally {
      await kube.stop();
    }
  });
});
