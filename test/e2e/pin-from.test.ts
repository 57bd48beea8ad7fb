import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import yaml from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as k from '../diagnose/cluster.ts';
import { bareRepository } from '../fixtures/git-server.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, pool, release } from './support/documents.ts';
import { lockOf } from './support/lock.ts';
import { pushOperatorImage } from './support/operator-image.ts';
import { pushSmallBase } from './support/small-base.ts';

const ACCOUNT = { user: 'puller', password: 's3cr3t-of-the-registry' };
const FILES = [
  '/etc/chrony.conf',
  '/etc/crio/crio.conf.d/00-default',
  '/etc/containers/registries.conf',
  '/etc/pki/ca-trust/source/anchors/ca.crt',
  '/var/lib/kubelet/config.json',
  ...['a', 'b', 'c', 'd', 'e'].map((name) => `/etc/sysctl.d/${name}.conf`),
];

/** The pools' registry, without passwords; and the one that the cluster's operator pushes to. */
let registry: Registry;
let clusters: Registry;
let workspace: Workspace;
let base: string;
let authFile: string;
/** What the operator built for its pool infra. */
let digest: string;
let image: string;
/** The source is deleted in the end: who comes then has to live with the copies. */
let saved: string;

const rendered = k.rendered({}, k.RENDERED, {
  kernelType: 'realtime',
  extensions: ['usbguard'],
  kernelArguments: [`rd.luks.key=${k.PASSWORD}`, 'nosmt'],
  config: {
    ignition: { version: '3.5.0' },
    storage: {
      files: FILES.map((path) => ({ path, contents: { source: `data:,${encodeURIComponent(k.PASSWORD)}` } })),
    },
    systemd: { units: [{ name: 'kubelet.service', enabled: true, contents: k.PASSWORD }] },
    passwd: { users: [{ name: 'core', passwordHash: k.PASSWORD }] },
  },
});

beforeAll(async () => {
  registry = await startRegistry();
  clusters = await startRegistry({ tls: true, htpasswd: ACCOUNT });
  workspace = await createWorkspace('pin-from');
  await home(`.config/containers/certs.d/${clusters.host}/ca.crt`, await readFile(clusters.caFile!));
  const auth = Buffer.from(`${ACCOUNT.user}:${ACCOUNT.password}`).toString('base64');
  authFile = await home('auth.json', JSON.stringify({ auths: { [clusters.host]: { auth } } }));
  base = await pushSmallBase(workspace, registry, 'os', 40);
  digest = await built({ currentConfig: rendered, tag: k.BUILD });
  image = `${clusters.host}/team/os@${digest}`;
  await workspace.write('.gitignore', '.layers/\n');
  saved = await list('saved/infra.yaml', configWith(image), succeeded(image));
  await given({ worker: 'from git', infra: 'from git', canary: 'from git', late: 'from git' });
  await works('build', '--pin', '--commit');
}, 180_000);

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
  await clusters?.stop();
});

async function home(path: string, content: string | Buffer): Promise<string> {
  const file = join(workspace.env.HOME!, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** Pushes an image with the operator's stages and labels to the cluster's registry. */
function built(more: Partial<Parameters<typeof pushOperatorImage>[1]>): Promise<string> {
  return pushOperatorImage(workspace, {
    ...{ base, authFile, repository: `${clusters.host}/team/os`, tag: 'x', own: more.tag ?? 'x' },
    labels: { baseOSContainerImage: base, machineconfig: k.RENDERED, machineconfigpool: k.POOL },
    ...more,
  });
}

const configWith = (currentImagePullSpec: string) =>
  k.config({}, { status: { currentImagePullSpec, machineOSBuild: { name: k.BUILD } } });

const succeeded = (digestedImagePushSpec: string) =>
  k.build('Succeeded', { status: { digestedImagePushSpec } });

/** A file beside the repository, as `oc get … -o yaml` prints several objects. */
async function list(path: string, ...items: readonly object[]): Promise<string> {
  const file = join(workspace.root, '..', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    file,
    yaml.dump({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } }),
  );
  return file;
}

/** Writes the pools with the message that each has, `dist/`, and a commit. */
async function given(pools: Record<string, string>): Promise<void> {
  const all = Object.entries(pools).map(([name, text]) =>
    pool(name, { image: `${registry.host}/os/${name}`, layers: [motd(text)] }),
  );
  await workspace.write('layers/pools.yaml', documents(release('4.18.3', base), ...all));
  await works('synth');
  await workspace.commit('pools');
}

async function works(...args: string[]): Promise<Finished> {
  const finished = await workspace.layers(...args);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

async function refused(code: number, ...args: string[]): Promise<string> {
  const finished = await workspace.layers(...args);
  expect(finished.code, finished.stderr).toBe(code);
  expect(await workspace.git('status', '--porcelain')).toBe('');
  return finished.stderr;
}

const set = (...args: string[]) => ['pin', 'set', ...args, '--authfile', authFile];
const manifest = (name: string) => workspace.read(`dist/${name}.k8s.yaml`);
const inRegistry = (name: string, reference: string) =>
  fetch(`${registry.url}/v2/os/${name}/manifests/${reference}`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });

describe('layers pin set --from', { timeout: 180_000 }, () => {
  it('copies what the operator built to the repository of the pool, byte for byte, and pins it', async () => {
    const { stdout } = await works(...set('worker', '--from', saved, '--commit'));
    expect(stdout).toBe(`worker  ${registry.host}/os/worker@${digest}\n`);
    const there = await inRegistry('worker', digest);
    expect([there.status, there.headers.get('docker-content-digest')]).toEqual([200, digest]);
    expect((await lockOf(workspace)).pools.worker).toEqual({
      image: `${registry.host}/os/worker`,
      machineOSBuild: k.BUILD,
      digest,
      origin: 'operator',
      base,
      release: '4.21.3',
    });
    const said = await manifest('worker');
    expect(said).toContain(`osImageURL: ${registry.host}/os/worker@${digest}\n`);
    expect(said).toContain('cdk8s-os-layers/origin: operator\n');
    expect(said).not.toContain('cdk8s-os-layers/build');
    expect(await workspace.git('log', '-1', '--format=%B')).toBe(
      `chore(layers): pin worker\n\nLayers-Pin: worker ${registry.host}/os/worker@${digest} operator ${k.BUILD}\n\n`,
    );
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });

  it('warns of what the canary has baked into it: names and numbers, and nothing that is secret', async () => {
    const { stdout, stderr } = await works(...set('canary', '--from', saved, '--output', 'json'));
    const result = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
    const [baked] = result.diagnostics;
    expect(baked).toMatchObject({
      code: 'operator-configuration',
      severity: 'warning',
      message: `the configuration of infra, ${k.RENDERED}, is baked into the image, and the nodes of canary get it`,
    });
    expect(baked.detail.split('\n')).toEqual([
      '7 files: /etc/chrony.conf, /etc/crio/crio.conf.d/00-default, /etc/sysctl.d/a.conf, /etc/sysctl.d/b.conf, /etc/sysctl.d/c.conf and 2 more',
      '1 unit: kubelet.service',
      '1 certificate: /etc/pki/ca-trust/source/anchors/ca.crt',
      '1 file of registries: /etc/containers/registries.conf',
      '1 file with credentials: /var/lib/kubelet/config.json',
      '1 user: core',
      '1 extension: usbguard',
      '2 kernel arguments, which nodes get from their pool only: nosmt, rd.luks.key',
      'kernelType: realtime',
      'built for release 4.21.3, and canary is for 4.18.3',
    ]);
    expect(baked.hint).toContain(`Who may pull from ${registry.host}/os/canary can read the credentials.`);
    expect(result.pools).toMatchObject([{ pool: 'canary', origin: 'operator', machineOSBuild: k.BUILD }]);
    const logs = await tryRun('grep', ['-rlF', '-e', k.PASSWORD, '-e', ACCOUNT.password, workspace.root]);
    expect(logs.stdout).toBe('');
    for (const secret of [k.PASSWORD, ACCOUNT.password]) expect(stdout + stderr).not.toContain(secret);
    await workspace.git('checkout', '--quiet', '.');
  });

  it('takes the pool of the name that the objects say, from a must-gather as well, and pushes the commit', async () => {
    const bare = await bareRepository(join(workspace.root, '../bare.git'), workspace.env);
    await workspace.git('remote', 'add', 'origin', bare);
    await workspace.git('push', '--quiet', '--set-upstream', 'origin', 'main');
    const crs = 'must-gather/quay-io-sha256-3c/cluster-scoped-resources/machineconfiguration.openshift.io';
    await list(`${crs}/machineosconfigs/infra.yaml`, configWith(image));
    const folder = join(workspace.root, '../must-gather');
    const { stderr } = await works(...set('--from', folder, '--push-commit'));
    expect(stderr).toContain('pushed ');
    expect(await run('git', ['log', '-1', '--format=%s', 'main'], { cwd: bare })).toBe(
      'chore(layers): pin infra\n',
    );
    expect((await lockOf(workspace)).pools.infra).toMatchObject({ digest, origin: 'operator' });
  });

  it('is a warning of check, and is told by list, status and diff', async () => {
    const check = await works('check');
    expect(check.stderr).toMatch(
      /warning worker is pinned to an image that an operator built, .*\(pin-of-operator\)/,
    );
    expect((await works('pin', 'list')).stdout).toMatch(/^worker {2}behind {2}\S+ +an operator's$/m);
    expect((await works('status')).stdout).toMatch(/^worker +behind +sha256:\S+ +an operator's /m);
    const { pools } = JSON.parse((await works('pin', 'list', '--output', 'json')).stdout);
    expect(pools.at(-1)).toMatchObject({
      pool: 'worker',
      state: 'behind',
      origin: 'operator',
      machineOSBuild: k.BUILD,
    });
    const diff = await works('diff', 'HEAD~1', '--packages', 'off', '--output', 'json');
    expect(JSON.parse(diff.stdout).pools).toMatchObject([
      { pool: 'infra', pin: 'operator', image: { to: expect.stringContaining(digest) } },
    ]);
    expect((await works('diff', 'HEAD~1', '--packages', 'off')).stdout).toContain('built by an operator');
  });

  it('needs the original no more: the operator deletes it, and the pool keeps its copy', async () => {
    const source = `docker://${clusters.host}/team/os@${digest}`;
    await run('skopeo', ['delete', '--tls-verify=false', '--authfile', authFile, source]);
    expect((await works('check', '--online')).stderr).not.toContain('pinned-image-missing');
    const again = await works(...set('worker', '--from', saved, '--commit'));
    expect(again.stderr).toContain('the lock has it already');
    expect(again.stderr).toContain('7 files:');
    await works('prune', '--delete', '--min-age', '0', '--keep-history', '1');
    expect((await inRegistry('worker', digest)).status).toBe(200);
    const gone = await refused(4, ...set('late', '--from', saved));
    expect(gone).toContain('the operator deletes an image with its MachineOSBuild');
    expect(gone).toContain('(operator-image-gone)');
  });

  it('lasts until git is built, comes back by a roll back, and stays where it is held', async () => {
    const { stdout } = await works('build', 'worker', '--pin', '--commit');
    expect(stdout).toMatch(/^worker {2}copied|^worker {2}built/);
    expect((await lockOf(workspace)).pools.worker!.origin).not.toBe('operator');
    expect(await manifest('worker')).not.toContain('operator');
    await works('pin', 'rollback', 'worker', '--to', digest, '--hold', '--reason', 'OPS-9', '--commit');
    expect(await manifest('worker')).toContain(`@${digest}\n`);
    const build = await workspace.layers('build', 'worker', '--pin');
    expect([build.code, build.stderr]).toEqual([1, expect.stringContaining('(pin-held)')]);
    expect((await works('check')).stderr).toContain(
      'info worker is held on an image that an operator built: OPS-9 (pin-held)',
    );
    expect(await refused(1, ...set('worker', '--from', saved))).toContain('(pin-held)');
  });
});

describe('layers pin set --from takes', { timeout: 180_000 }, () => {
  it('the saved rendered MachineConfig where the image has none, and says so where there is neither', async () => {
    const plain = await built({ tag: 'plain' });
    const spec = `${clusters.host}/team/os@${plain}`;
    const without = await list('plain/without.yaml', configWith(spec));
    const { stderr } = await works(...set('canary', '--from', without));
    expect(stderr).toContain(`oc get machineconfig ${k.RENDERED} -o yaml`);
    const withIt = await list('plain/with.yaml', configWith(spec), rendered);
    const known = await works(...set('canary', '--from', withIt));
    expect(known.stderr).toContain('1 file with credentials: /var/lib/kubelet/config.json');
    expect(known.stderr).not.toContain(k.PASSWORD);
    await workspace.git('checkout', '--quiet', '.');
  });

  it.each([
    [
      'no build that failed',
      () => [k.build('Failed', { message: 'no space left' })],
      2,
      /infra-\w+ failed, and made no image: no space left .*\(saved-build-failed\)/,
    ],
    ['no build that goes on', () => [k.build('Building')], 2, /not done \(no-image-saved\)/],
    ['no status without a digest', () => [configWith('quay.io/team/os:latest')], 2, /\(digest-not-saved\)/],
    [
      'none of several',
      () => [
        succeeded(image),
        { ...succeeded(`quay.io/team/os@${k.DIGEST}`), metadata: { name: `infra-${'0'.repeat(32)}` } },
      ],
      2,
      /several images of infra \(several-images\)\n.*infra: quay\.io\/team\/os@sha256:3c.*\n.*infra: 127/,
    ],
    [
      'nothing where there is none',
      () => [k.pool()],
      2,
      /no MachineOSConfig and no MachineOSBuild \(nothing-saved\)/,
    ],
  ] as [string, () => object[], number, RegExp][])('%s', async (_, objects, code, says) => {
    const file = await list('refused/saved.yaml', ...objects());
    expect(await refused(code, ...set('canary', '--from', file))).toMatch(says);
  });

  it('an image of the same registry, whose blobs stay when the operator deletes its own', async () => {
    const repository = `${registry.host}/team/os`;
    const near = await built({ tag: 'near', repository });
    const file = await list('near.yaml', configWith(`${repository}@${near}`), rendered);
    await works(...set('late', '--from', file));
    await run('skopeo', ['delete', '--tls-verify=false', `docker://${repository}@${near}`]);
    const copy = `docker://${registry.host}/os/late@${near}`;
    await run('skopeo', ['copy', '--src-tls-verify=false', copy, `dir:${join(workspace.root, '../near')}`]);
    await workspace.git('checkout', '--quiet', '.');
  });

  it('none that only the cluster can reach, and says how to', async () => {
    const host = 'image-registry.openshift-image-registry.svc:5000';
    const file = await list(
      'inside.yaml',
      configWith(`${host}/openshift-machine-config-operator/os@${k.DIGEST}`),
    );
    expect(await refused(4, ...set('late', '--from', file))).toContain(`prefix = "${host}"`);
  });

  it('no image of somebody else', async () => {
    const foreign = await built({ tag: 'foreign', labels: { machineconfigpool: k.POOL } });
    const file = await list('foreign.yaml', configWith(`${clusters.host}/team/os@${foreign}`));
    const says = await refused(2, ...set('canary', '--from', file));
    expect(says).toMatch(/no label baseOSContainerImage, machineconfig \(image-not-of-operator\)/);
  });

  it('none without credentials, and says where they are looked for', async () => {
    const file = await list('secret.yaml', configWith(`${clusters.host}/team/os@${k.DIGEST}`));
    const says = await refused(4, 'pin', 'set', 'canary', '--from', file);
    expect(says).toMatch(/refused access to team\/os \(401 Unauthorized\)/);
    expect(says).toContain(`podman login ${clusters.host}`);
  });

  it('none from the repository of the pool: the operator deletes there', async () => {
    const file = await list('same.yaml', configWith(`${registry.host}/os/canary@${k.DIGEST}`));
    expect(await refused(2, ...set('canary', '--from', file))).toContain('(operator-repository)');
  });

  it.each([
    ['neither a pool nor an image', ['canary'], '(usage)'],
    ['an image beside --from', ['canary', k.DIGEST, '--from', 'x'], '(usage)'],
    ['a place that is none', ['canary', '--from', '/nonexistent'], '(nothing-saved)'],
  ])('not %s', async (_, args, says) => {
    expect(await refused(2, ...set(...args))).toContain(says);
  });

  it('no pool that it would have to guess', async () => {
    const other = k.config(
      { machineConfigPool: { name: 'gpu' } },
      { status: { currentImagePullSpec: image } },
    );
    const says = await refused(2, ...set('--from', await list('gpu.yaml', other)));
    expect(says).toMatch(/the image is of the pool gpu, and there is none of that name \(pool-not-said\)/);
    expect(says).toContain('one of canary, infra, late, worker');
  });
});
