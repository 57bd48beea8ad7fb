import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { run } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { clusterBase, extensionsImage, folderOf, renderedConfig } from './support/cluster-base.ts';
import { documents, layer, motd, pool, release } from './support/documents.ts';
import { layersWith } from './support/running.ts';
import { stateOf } from './support/state.ts';

let registry: Registry;
let workspace: Workspace;

const ENGINES = ['buildah', 'podman'] as const;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('preflight');
  const [plain, whole] = [await baseRef(registry), await clusterBase(workspace, registry)];
  const extensions = { 'rhel-coreos-extensions': await extensionsImage(workspace, registry) };
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write(
    'layers/all.yaml',
    documents(
      release('4.18.3', plain),
      release('4.18.9', whole, extensions),
      release('4.20.3', whole, extensions),
      release('4.21.3', whole, extensions),
      release('4.22.3', whole, extensions),
      layer('agent', { files: [{ path: '/etc/agent/agent.conf', content: 'on\n' }] }),
      layer('broken', command('echo about to fail && exit 7')),
      layer('usbguard', command('mkdir /usr/lib/tmpfiles.d/usbguard_ipsec.conf')),
      layer('on-worker', command('grep -q from-worker /etc/motd')),
      layer('entitled', { entitlement: {} }, command('ls /etc/pki/entitlement/1.pem')),
      layer('mounted', command('cp /etc/yum.repos.d/site.repo /etc/pki/rpm-gpg/site /usr/share/')),
      onCluster('plain', '4.18.3', ['agent']),
      onCluster('broken', '4.20.3', ['agent', 'broken']),
      onCluster('around', '4.20.3', ['usbguard']),
      onCluster('clash', '4.20.3', ['agent']),
      onCluster('entitled', '4.20.3', ['entitled']),
      onCluster('mounted', '4.20.3', ['mounted']),
      onCluster('old', '4.18.9', ['agent'], { extensions: ['usbguard'], kernelType: 'realtime' }),
      onCluster('new', '4.20.3', ['agent'], { extensions: ['usbguard'], kernelType: 'realtime' }),
      onCluster('heir-421', '4.21.3', ['on-worker']),
      onCluster('heir-422', '4.22.3', ['on-worker']),
      pool('worker', {
        release: '4.22.3',
        image: `${registry.host}/os/worker`,
        layers: [motd('from-worker')],
      }),
    ),
  );
  await works('synth');
  await workspace.commit('pools that clusters build');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

function command(text: string): object {
  return { run: { reason: 'a test', commands: [text] } };
}

function onCluster(name: string, version: string, layers: string[], more: object = {}): object {
  const machineOSConfig = {
    renderedImagePushSpec: `${registry.host.replace('127.0.0.1', 'registry.example.com')}/os/${name}:latest`,
    renderedImagePushSecret: { name: 'push' },
  };
  return { kind: 'Pool', name, release: version, layers, ...more, target: { machineOSConfig } };
}

async function works(...args: string[]) {
  const result = await workspace.layers(...args);
  expect(result.code, result.stderr + result.stdout).toBe(0);
  return result;
}

/** A preflight that goes through: what was left out of it, and its image in the engine's cache. */
async function preflight(name: string, ...args: string[]) {
  const { stdout } = await works('build', name, '--output', 'json', ...args);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { hash, leftOut } = events.find(({ type }) => type === 'preflight-passed');
  expect(events.at(-1)).toMatchObject({
    pinned: false,
    pools: [{ pool: name, result: 'preflight ok', by: 'cluster', leftOut }],
  });
  const filter = `label=cdk8s-os-layers/build=${hash}`;
  const images = await run('buildah', ['images', '--quiet', '--filter', filter], { env: workspace.env });
  return {
    parts: leftOut.map(({ part }: { part: string }) => part),
    read: (file: string) => workspace.inImage(images.trim().split('\n')[0]!, 'cat', file),
    in: (...words: string[]) => workspace.inImage(images.trim().split('\n')[0]!, ...words),
  };
}

/** One that fails, and leaves everything as it was. */
async function failing(name: string, ...args: string[]) {
  const before = await stateOf(workspace);
  const result = await workspace.layers('build', name, '--pin', ...args);
  expect(await stateOf(workspace)).toEqual(before);
  expect(result.stdout).toBe('');
  expect(result.stderr).not.toMatch(/^ +at /m);
  return result;
}

describe('what a cluster builds', () => {
  it('is tried, without a push and without a pin; unchanged it is not tried again', async () => {
    const before = (await registry.requests()).length;
    const { stdout, stderr } = await works('build', 'plain', '--pin');
    expect(stdout).toMatch(/^plain {2}preflight ok {2}built by the cluster; not tried: rendered, .*ignition/);
    expect(stderr).toContain("[plain] trying the cluster's build with buildah");
    expect(stderr).toMatch(/left out rendered: .*layers\/rendered\/plain\.yaml.* made up/);
    expect(stderr).toMatch(/left out ignition: the base has no Ignition/);
    expect(stderr).toContain(
      'not given: --entitlement, --etc-yum-repos-d, --etc-pki-rpm-gpg, --trust-bundle',
    );
    expect(stderr).toContain('the lock has it already');
    const requests = (await registry.requests()).slice(before);
    expect(requests).not.toEqual([]);
    expect(requests.filter((line) => !/^(GET|HEAD) /.test(line))).toEqual([]);
    expect(await readdir(join(workspace.root, 'layers'))).toEqual(['all.yaml']);
    expect(await readdir(join(workspace.root, '.layers/tmp'))).toEqual([]);
    expect(await workspace.git('status', '--porcelain')).toBe('');

    const again = await layersWith(workspace, { PATH: '/nonexistent' }, 'build', 'plain');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain("[plain] the cluster's build went through before, and nothing changed");
    expect(again.stdout).toBe(stdout);
  });

  it('is skipped with --no-preflight, and no engine is started', async () => {
    const skipped = await layersWith(workspace, { PATH: '/nonexistent' }, 'build', 'new', '--no-preflight');
    expect(skipped.code, skipped.stderr).toBe(0);
    expect(skipped.stdout).toBe('new  skipped  built by the cluster\n');
  });

  it.each(ENGINES)('fails with exit code 3 and its layer where a RUN fails, by %s', async (engine) => {
    const { code, stderr } = await failing('broken', '--engine', engine);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('in the layer broken: run');
    expect(stderr).toContain('| about to fail');
    expect(stderr).toMatch(/^layers\/all\.yaml:\d+:\d+ error /m);
    expect(stderr).toContain('the build that the cluster would make of broken');
  });

  it('that fails is a pool that failed, and keeps no other from being tried with --keep-going', async () => {
    const build = await workspace.layers('build', 'broken', 'plain', '--keep-going', '--jobs', '1');
    expect(build.code, build.stderr).toBe(3);
    expect(build.stdout).toMatch(/^broken {2}failed\nplain {3}preflight ok /);
  });

  it('fails by what the operator puts around it, too', async () => {
    const { code, stderr } = await failing('around');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('in the layer usbguard: run');
    expect(stderr).toMatch(/usbguard_ipsec\.conf.*File exists/);
  });

  it('fails by a file of its rendered MachineConfig, and not without that', async () => {
    const [file] = [join(workspace.root, '../clash.json')];
    await workspace.write(
      '../clash.json',
      renderedConfig('clash', '4.20.3', [{ path: '/etc/agent', content: 'a file\n' }]),
    );
    const { code, stderr } = await failing('clash', '--rendered', `clash=${file}`);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('in the layer agent: files');
    expect((await preflight('clash')).parts).toContain('rendered');
  });
});

describe('a base that has what the operator runs in it', () => {
  it.each(
    ENGINES,
  )('gets the rendered MachineConfig, extensions and kernel of 4.20, by %s', async (engine) => {
    const rendered = renderedConfig('new', '4.20.3', [{ path: '/etc/node.conf', content: `by ${engine}\n` }]);
    await workspace.write('layers/rendered/new.json', rendered);
    const bundle = join(await folderOf(workspace, 'trust', { 'ca.pem': 'an authority\n' }), 'ca.pem');
    const { parts, read } = await preflight('new', '--engine', engine, '--trust-bundle', bundle);
    expect(parts).toEqual(['entitlement', 'etc-yum-repos-d', 'etc-pki-rpm-gpg']);
    expect(await read('/etc/node.conf')).toBe(`by ${engine}\n`);
    expect(await read('/etc/agent/agent.conf')).toBe('on\n');
    expect(await read('/etc/pki/ca-trust/extracted/all.pem')).toBe('an authority\n');
    expect(await read('/usr/lib/tmpfiles.d/usbguard_ipsec.conf')).toBe(
      'd /var/log/usbguard 0755 root root -\nd /var/lib/ipsec 0700 root root -\nd /var/lib/ipsec/nss 0700 root root -\n',
    );
    expect(JSON.parse(await read('/etc/machine-config-daemon/currentconfig'))).toMatchObject({
      metadata: { name: 'rendered-new-0123456789abcdef0123456789abcdef' },
      spec: { extensions: ['usbguard'], kernelType: 'realtime' },
    });
  });

  it('has the packages of its extensions and the other kernel, and no repository of theirs', async () => {
    const image = await preflight('new');
    const packages = (await image.in('rpm', '-qa', '--qf', '%{name}\n')).split('\n');
    expect(packages).toEqual(expect.arrayContaining(['usbguard', 'kernel-rt-core', 'kernel-rt-kvm']));
    expect(packages).not.toContain('kernel-core');
    expect(packages).not.toContain('kernel');
    expect(await image.in('ls', '/etc/yum.repos.d')).not.toContain('coreos-extensions');
  });

  it('keeps its kernel up to 4.19, where the nodes change it', async () => {
    const image = await preflight('old');
    const packages = (await image.in('rpm', '-qa', '--qf', '%{name}\n')).split('\n');
    expect(packages).toEqual(expect.arrayContaining(['usbguard', 'kernel-core']));
    expect(packages).not.toContain('kernel-rt-core');
  });

  it('sees the repositories, keys and certificates that were given, and the image has none', async () => {
    const args = [
      ...['--etc-yum-repos-d', await folderOf(workspace, 'repos', { 'site.repo': '[site]\nenabled=0\n' })],
      ...['--etc-pki-rpm-gpg', await folderOf(workspace, 'keys', { site: 'a key\n' })],
    ];
    const image = await preflight('mounted', ...args);
    expect(image.parts).not.toContain('etc-yum-repos-d');
    expect(await image.read('/usr/share/site.repo')).toContain('[site]');
    expect(await image.read('/usr/share/site')).toBe('a key\n');
    expect(await image.in('sh', '-c', 'ls /etc/yum.repos.d /etc/pki/rpm-gpg 2>&1 || :')).not.toMatch(
      /^site/m,
    );
  });

  it('is not tried without the entitlement that its layers need, which is told', async () => {
    const { stdout, stderr } = await works('build', 'entitled');
    expect(stdout).toBe('entitled  skipped  built by the cluster; not tried without entitlement\n');
    expect(stderr).toContain('not tried here: it needs a RHEL entitlement (--entitlement <folder>)');
    const folder = await folderOf(workspace, 'entitlement', { '1.pem': 'a certificate\n' });
    expect((await preflight('entitled', '--entitlement', folder)).parts).not.toContain('entitlement');
  });
});

describe('the image of worker', () => {
  beforeAll(() => workspace.git('clean', '--force', '--quiet', 'layers'));

  it('is what a custom pool is built from, from 4.22 on and as soon as it is pinned', async () => {
    const missing = await failing('heir-422');
    expect(missing.code).toBe(3);
    const before = (await registry.requests()).length;
    const build = await works('build', 'worker', 'heir-422', '--pin', '--commit');
    expect(build.stdout).toContain('heir-422  preflight ok');
    const pushed = (await registry.requests()).slice(before).filter((line) => line.startsWith('PUT '));
    expect(pushed.map((line) => line.split('/')[3])).toEqual(pushed.map(() => 'worker'));
    // The same image, now that dist/ has it.
    const again = await layersWith(workspace, { PATH: '/nonexistent' }, 'build', 'heir-422');
    expect(again.code, again.stderr).toBe(0);
    const older = await failing('heir-421');
    expect(older.code).toBe(3);
    expect(older.stderr).toContain('in the layer on-worker: run');
  });
});

describe('a rendered MachineConfig', () => {
  const secret = {
    path: '/etc/mco/internal-registry-pull-secret.json',
    content: '{"auths":{"quay.io":{"auth":"aHVudGVyMg"}}}',
  };

  it('with secrets is refused in git, and loses them elsewhere', async () => {
    const text = renderedConfig('mounted', '4.20.3', [secret, { path: '/etc/node.conf', content: 'x' }]);
    await workspace.write('layers/rendered/plain.yaml', text.replaceAll('mounted', 'plain'));
    const refused = await failing('plain');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('(rendered-secret)');
    expect(refused.stderr).toContain(secret.path);
    await workspace.git('clean', '--force', '--quiet', 'layers');
    const file = join(
      await folderOf(workspace, 'rendered', { 'new.json': text.replaceAll('mounted', 'new') }),
      'new.json',
    );
    const image = await preflight('new', '--rendered', `new=${file}`);
    expect(image.parts).toContain('rendered-secrets');
    expect(await image.read('/etc/machine-config-daemon/currentconfig')).not.toContain('aHVudGVyMg');
    expect(await image.read('/etc/node.conf')).toBe('x');
  });

  it.each([
    ['of another pool', () => renderedConfig('other', '4.20.3', []), 'rendered-of-another'],
    ['that is none', () => 'kind: Pool\n', 'layers/rendered/new.yaml'],
    [
      'with an extension that is none',
      () => renderedConfig('new', '4.20.3', [], { extensions: ['x'] }),
      'unknown-extension',
    ],
    [
      'with an image that is a command',
      () => renderedConfig('new', '4.20.3', [], { osImageURL: 'a b; c' }),
      'new.yaml:1:.*a b; c',
    ],
  ])('%s is bad input', async (_, text, says) => {
    await workspace.write('layers/rendered/new.yaml', text());
    const result = await failing('new');
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(new RegExp(says));
    await workspace.git('clean', '--force', '--quiet', 'layers');
  });

  it.each([
    ['a pool that is none', ['--rendered', 'nwe=x.yaml'], 'unknown-pool'],
    ['no file', ['--rendered', 'new'], 'rendered-form'],
    ['a file that is not there', ['--rendered', 'new=x.yaml'], 'rendered-unreadable'],
    ['a folder that is not there', ['--etc-yum-repos-d', 'nowhere'], 'preflight-unreadable'],
  ])('is not read for %s', async (_, args, code) => {
    const result = await failing('new', ...args);
    expect(result.code, result.stderr).toBe(2);
    expect(result.stderr).toContain(`(${code})`);
  });
});
