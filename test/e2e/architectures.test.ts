import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ensureEmulation } from '../fixtures/emulation.ts';
import { run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { database } from '../fixtures/rpm-database.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { pushBusyboxBase } from './support/busybox-base.ts';
import { documents, layer, pool } from './support/documents.ts';
import { pushIndex } from './support/push-index.ts';

// Why programs of arm64 do not run here, where they do not: what needs them is skipped then, and says so.
const why = await ensureEmulation();
if (why !== undefined) process.stderr.write(`no builds for arm64 are tested: ${why}\n`);
const emulated = it.skipIf(why !== undefined);

let registry: Registry;
let workspace: Workspace;
let amd64: string;
let arm64: string;

beforeAll(async () => {
  registry = await startRegistry();
  workspace = await createWorkspace('architectures');
  amd64 = await pushBusyboxBase(workspace, registry, 'amd64');
  arm64 = await pushBusyboxBase(workspace, registry, 'arm64');
});

afterAll(async () => {
  await workspace?.remove();
  await registry?.stop();
});

const BOTH = ['amd64', 'arm64'];
const build = (...commands: string[]) =>
  layer('tools', { run: { reason: 'a test', commands: ['uname -m > /etc/machine', ...commands] } });
const image = (name: string) => `${registry.host}/${name}`;

interface Pool {
  readonly at: string;
  readonly architectures?: readonly string[];
  readonly base?: string;
  readonly refresh?: string;
}

/** The only documents there are, and `dist/` of them. Nothing of earlier tests is known. */
async function given(pools: Record<string, Pool>, tools: object, images: object = { amd64, arm64 }) {
  await rm(join(workspace.root, 'layers'), { recursive: true, force: true });
  await rm(join(workspace.root, '.layers'), { recursive: true, force: true });
  await documentsOf(pools, tools, images);
}

async function documentsOf(pools: Record<string, Pool>, tools: object, images: object = { amd64, arm64 }) {
  const blocks = Object.entries(images).map(([name, os]) => [name, { 'rhel-coreos': os }]);
  const release = { kind: 'Release', name: '4.18.3', ...Object.fromEntries(blocks) };
  const all = Object.entries(pools).map(([name, { at, ...rest }]) => ({
    ...pool(name, { image: image(at), layers: ['tools'] }),
    ...rest,
  }));
  await workspace.write('layers/pools.yaml', documents(release, tools, ...all));
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
}

async function builds(...args: string[]) {
  const { code, stdout, stderr } = await workspace.layers('build', '--output', 'json', ...args);
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const last = lines.find(({ type }) => type === 'result' || type === 'failed') ?? lines.at(-1);
  return { code, said: `${stdout}${stderr}`, lines, codes: codesOf(stdout), last };
}

const codesOf = (stdout: string) => [...stdout.matchAll(/"code":"([a-z-]+)"/g)].map(([, code]) => code!);

/** What the lock pins a pool to. */
async function pinOf(
  name: string,
): Promise<{ digest: string; image: string; build: string; origin: string }> {
  return parse(await workspace.read(`layers/lock/${name}.lock`)).pin;
}

async function raw(name: string): Promise<string> {
  return run('skopeo', ['inspect', '--raw', '--tls-verify=false', `docker://${name}`]);
}

async function tagsOf(name: string): Promise<string[]> {
  const { stdout } = await tryRun('skopeo', ['list-tags', '--tls-verify=false', `docker://${image(name)}`]);
  return stdout === '' ? [] : JSON.parse(stdout).Tags.sort();
}

async function indexOf(
  name: string,
): Promise<{ hash: string; builds: { architecture: string; hash: string }[] }> {
  const { build } = JSON.parse(await workspace.read(`dist/${name}.build`));
  return JSON.parse(await workspace.read(`dist/builds/${build}/index`));
}

const buildah = (...args: string[]) => run('buildah', args, { env: workspace.env });
async function digestOf(name: string): Promise<string> {
  return `sha256:${createHash('sha256')
    .update(await raw(name))
    .digest('hex')}`;
}

const machineOf = (name: string) => workspace.inImage(name, 'cat', '/etc/machine');
const tag = (hash: string) => `build-${hash}`;

describe('a pool of amd64 and arm64', () => {
  emulated('gets one index of both, by whose digest it is pinned', async () => {
    await given({ worker: { at: 'both/worker', architectures: BOTH } }, build());
    const first = await builds('--pin');
    expect(first.code, first.said).toBe(0);
    const { hash, builds: parts } = await indexOf('worker');
    const pin = await pinOf('worker');
    expect(pin).toMatchObject({ build: hash, image: image('both/worker'), origin: 'built' });
    expect(await workspace.read('dist/worker.k8s.yaml')).toContain(
      `osImageURL: ${image('both/worker')}@${pin.digest}`,
    );
    // What others see under the digest, and under the tag, which is written once.
    const text = await raw(`${pin.image}@${pin.digest}`);
    expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(pin.digest);
    expect(await raw(`${pin.image}:${tag(hash)}`)).toBe(text);
    const index = JSON.parse(text);
    expect(index).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: BOTH.map((architecture) => ({ platform: { architecture, os: 'linux' } })),
      annotations: { 'cdk8s-os-layers/build': hash },
    });
    expect(await tagsOf('both/worker')).toEqual([hash, ...parts.map((part) => part.hash)].map(tag).sort());
    // The programs of each really ran.
    const digests = index.manifests.map(({ digest }: { digest: string }) => `${pin.image}@${digest}`);
    expect(await machineOf(digests[0])).toBe('x86_64\n');
    expect(await machineOf(digests[1])).toBe('aarch64\n');
  });

  emulated('is not looked at again where the lock has it', async () => {
    const before = (await registry.requests()).length;
    const again = await builds('--pin');
    expect(again.code, again.said).toBe(0);
    expect((await registry.requests()).length).toBe(before);
    const { code, stdout } = await workspace.layers('pin', 'list', '--output', 'json');
    expect(code).toBe(0);
    expect(stdout).toContain('"state":"fresh"');
    expect((await workspace.layers('check')).code).toBe(0);
  });

  emulated(
    'shares its image for amd64 with pools of that alone, and gives it to other repositories whole',
    async () => {
      await documentsOf(
        {
          worker: { at: 'both/worker', architectures: BOTH },
          infra: { at: 'both/infra' },
          edge: { at: 'both/edge', architectures: ['arm64', 'amd64'] },
        },
        build(),
      );
      const result = await builds('--pin');
      expect(result.code, result.said).toBe(0);
      expect(result.lines.some(({ type }) => type === 'started')).toBe(false);
      const [worker, infra, edge] = [await pinOf('worker'), await pinOf('infra'), await pinOf('edge')];
      expect(edge.digest).toBe(worker.digest);
      const text = await raw(`${edge.image}@${edge.digest}`);
      expect(text).toBe(await raw(`${worker.image}@${worker.digest}`));
      const [first, second] = JSON.parse(text).manifests;
      expect(infra.digest).toBe(first.digest);
      expect(await machineOf(`${edge.image}@${second.digest}`)).toBe('aarch64\n');
    },
  );

  emulated('that becomes one of amd64 alone takes its image from the index, on any machine', async () => {
    await rm(join(workspace.root, '.layers'), { recursive: true });
    await documentsOf({ worker: { at: 'both/worker' } }, build());
    const { digest } = await pinOf('worker');
    const index = JSON.parse(await raw(`${image('both/worker')}@${digest}`));
    const result = await builds('--pin');
    expect(result.code, result.said).toBe(0);
    expect(result.lines.some(({ type }) => type === 'started')).toBe(false);
    expect((await pinOf('worker')).digest).toBe(index.manifests[0].digest);
  });

  emulated(
    'of which one cannot be built has no index and no pin, and what can be is built once',
    async () => {
      const tools = build('test "$(uname -m)" = x86_64');
      await given({ worker: { at: 'half/worker', architectures: BOTH }, infra: { at: 'half/infra' } }, tools);
      const result = await builds('--pin', '--keep-going', '--jobs', '2');
      expect(result.code).toBe(3);
      const { hash, builds: parts } = await indexOf('worker');
      expect(await tagsOf('half/worker')).toEqual([tag(parts[0]!.hash)]);
      expect(await readdir(join(workspace.root, 'layers/lock'))).toEqual(['infra.lock']);
      expect(await workspace.read('layers/lock/infra.lock')).not.toContain(hash);
      expect(await pinOf('infra')).toMatchObject({ build: parts[0]!.hash });
      expect(result.lines.filter(({ type }) => type === 'started')).toHaveLength(2);
      expect(result.lines.find(({ type }) => type === 'build-failed')).toMatchObject({
        pools: ['worker'],
        architecture: 'arm64',
      });
      const human = await workspace.layers('build');
      expect(human.code).toBe(3);
      expect(human.stderr).toContain('worker for arm64');
      expect(human.stderr).toContain('layers/pools.yaml');
    },
  );

  emulated('is kept here as a whole by --no-push, and pushed from here later', async () => {
    await given({ worker: { at: 'kept/worker', architectures: BOTH } }, build('echo kept > /etc/kept'));
    const kept = await builds('--no-push');
    expect(kept.code, kept.said).toBe(0);
    expect(await tagsOf('kept/worker')).toEqual([]);
    const { hash } = await indexOf('worker');
    const layout = join(workspace.root, '.layers/images', hash);
    const inspected = await run('skopeo', ['inspect', '--raw', `oci:${layout}:${hash}`]);
    expect(JSON.parse(inspected).manifests).toHaveLength(2);
    const pushed = await builds('--pin');
    expect(pushed.code, pushed.said).toBe(0);
    expect(pushed.lines.some(({ type }) => type === 'started')).toBe(false);
    const pin = await pinOf('worker');
    expect(await raw(`${pin.image}@${pin.digest}`)).toBe(inspected);
  });

  emulated('that the registry has from elsewhere is taken by --adopt only', async () => {
    await rm(join(workspace.root, '.layers'), { recursive: true });
    await rm(join(workspace.root, 'layers/lock'), { recursive: true });
    expect((await workspace.layers('synth')).code).toBe(0);
    const refused = await builds('--pin');
    expect(refused.code).toBe(4);
    expect(refused.codes).toContain('tag-exists');
    const adopted = await builds('--pin', '--adopt');
    expect(adopted.code, adopted.said).toBe(0);
    expect(await pinOf('worker')).toMatchObject({ origin: 'adopted' });
  });

  emulated.each(['buildah', 'podman'])('may have one base, an index, with %s', async (engine) => {
    const base = await pushIndex(buildah, image(`fixture/multi:${engine}`), [amd64, arm64]);
    const pools = { worker: { at: `index/${engine}`, architectures: BOTH, base } };
    await given(pools, build(`echo ${engine} > /etc/engine`));
    const result = await builds('--pin', '--engine', engine);
    expect(result.code, result.said).toBe(0);
    const { digest, image: at } = await pinOf('worker');
    const machines = JSON.parse(await raw(`${at}@${digest}`)).manifests.map((entry: { digest: string }) =>
      machineOf(`${at}@${entry.digest}`),
    );
    expect(await Promise.all(machines)).toEqual(['x86_64\n', 'aarch64\n']);
  });
});

describe('an index', () => {
  emulated('is promoted as a whole, by its digest', async () => {
    const cluster = (name: string) => ({ kind: 'Cluster', name, registry: { push: image(name) } });
    const release = { kind: 'Release', name: '4.18.3' };
    await given({}, build());
    await workspace.write(
      'layers/pools.yaml',
      documents(
        ...['canary', 'prod'].map(cluster),
        { ...release, amd64: { 'rhel-coreos': amd64 }, arm64: { 'rhel-coreos': arm64 } },
        build('echo promoted > /etc/promoted'),
        { kind: 'PoolDefaults', clusters: ['prod'], follows: 'canary' },
        {
          ...{ kind: 'Pool', name: 'worker', release: '4.18.3', layers: ['tools'], architectures: BOTH },
          target: { machineConfig: {} },
        },
      ),
    );
    expect((await workspace.layers('synth')).code).toBe(0);
    const built = await builds('canary', '--pin');
    expect(built.code, built.said).toBe(0);
    const promoted = await workspace.layers('pin', 'promote', 'canary', 'prod');
    expect(promoted.code, promoted.stderr).toBe(0);
    const [from, to] = [await pinOf('canary/worker'), await pinOf('prod/worker')];
    expect(to).toMatchObject({ digest: from.digest, build: from.build, origin: 'promoted' });
    const texts = [from, to].map((pin) => raw(`${pin.image}@${pin.digest}`));
    expect(new Set(await Promise.all(texts)).size).toBe(1);
  });

  emulated(
    'of which all images were pushed before the run ended is put together by the next one',
    async () => {
      await given({ worker: { at: 'ended/worker', architectures: BOTH } }, build('echo ended > /etc/ended'));
      const { hash, builds: parts } = await indexOf('worker');
      // As after a kill between the last image and the index: that is there no more, and the journal of it neither.
      expect((await builds()).code).toBe(0);
      const digest = await digestOf(`${image('ended/worker')}:${tag(hash)}`);
      await run('curl', ['-fsS', '-X', 'DELETE', `${registry.url}/v2/ended/worker/manifests/${digest}`]);
      await rm(join(workspace.root, '.layers/pushed', `${hash}.json`));
      expect(await tagsOf('ended/worker')).toEqual(parts.map((part) => tag(part.hash)).sort());
      const result = await builds('--pin');
      expect(result.code, result.said).toBe(0);
      expect(result.lines.some(({ type }) => type === 'started')).toBe(false);
      // The same images give the same index.
      expect(await pinOf('worker')).toMatchObject({ digest, build: hash });
    },
  );
});

describe('a pin of several architectures', () => {
  const works = async (...args: string[]) => {
    const done = await workspace.layers(...args);
    expect(done.code, done.stderr).toBe(0);
    return done;
  };
  const POOLS = {
    both: { at: 'pins/both', architectures: BOTH },
    arm: { at: 'pins/arm', architectures: ['arm64'] },
  };
  /** Has the tool of its architecture in its database. */
  const withTools = async (name: string, ...tools: [string, string]) => {
    for (const [index, tool] of tools.entries())
      await workspace.write(`layers/files/${name}-${index}`, await database('base 1', tool));
    const files = [0, 1].map((index) => ({ path: `/tools/${index}`, source: `files/${name}-${index}` }));
    const command = 'if test "$(uname -m)" = x86_64; then cp /tools/0 "$0"; else cp /tools/1 "$0"; fi';
    const run = `mkdir -p /usr/share/rpm && sh -c '${command}' /usr/share/rpm/rpmdb.sqlite`;
    return layer('tools', { files }, { run: { reason: 'a test', commands: [run] } });
  };
  const sumOf = (...packages: string[]) =>
    createHash('sha256')
      .update(
        packages
          .sort()
          .map((name) => `${name}\n`)
          .join(''),
      )
      .digest('hex');
  const commit = async (message: string) => {
    await workspace.write('.gitignore', '.layers/\n');
    await workspace.commit(message);
  };
  let before: { both: string; arm: string };
  let after: { both: string; arm: string };
  const pins = async () => ({ both: (await pinOf('both')).digest, arm: (await pinOf('arm')).digest });

  emulated(
    'has the sum of the packages of all its images, and a change is told of each of them',
    async () => {
      await given(POOLS, build());
      await documentsOf(POOLS, await withTools('one', 'small 1', 'large 1'));
      await commit('one');
      await works('build', '--pin', '--commit');
      before = await pins();
      expect(await pinOf('both')).toMatchObject({
        packages: sumOf('base-0:1-1', 'small-0:1-1', 'large-0:1-1'),
      });
      expect(await pinOf('arm')).toMatchObject({ packages: sumOf('base-0:1-1', 'large-0:1-1') });
      await documentsOf(POOLS, await withTools('two', 'small 2', 'large 3'));
      await commit('two');
      await works('build', '--pin', '--commit');
      after = await pins();
      const { packages } = JSON.parse((await works('diff', 'HEAD~2', '--output', 'json')).stdout);
      const changes = packages.map((one: { pools: string[]; architecture: string; changes: object[] }) => [
        one.pools.join(),
        one.architecture,
        one.changes,
      ]);
      const moved = (name: string, to: string) => [{ name, change: 'upgraded', from: '1-1', to }];
      expect(changes).toEqual([
        ['arm', 'arm64', moved('large', '3-1')],
        ['both', 'amd64', moved('small', '2-1')],
        ['both', 'arm64', moved('large', '3-1')],
      ]);
      expect((await works('diff', 'HEAD~2')).stdout).toMatch(/^Packages of both \(arm64\) .*: 1 upgraded/m);
    },
  );

  emulated('goes back to the image before, and is set by hand', async () => {
    for (const name of ['both', 'arm'] as const) {
      await works('pin', 'rollback', name);
      expect((await pins())[name]).toBe(before[name]);
      await works('pin', 'set', name, after[name]);
      expect(await pinOf(name)).toMatchObject({ digest: after[name], origin: 'adopted' });
    }
    await workspace.git('checkout', '--quiet', '.');
    const [, arm64] = JSON.parse(await raw(`${image('pins/both')}@${before.both}`)).manifests;
    const half = await workspace.layers('pin', 'set', 'both', arm64.digest);
    expect(half.code).toBe(2);
    expect(half.stderr).toContain('is for arm64, and nodes of both are amd64 (another-architecture)');
    await works('pin', 'set', 'arm', before.arm);
    expect(await pinOf('arm')).toMatchObject({ packages: sumOf('base-0:1-1', 'large-0:1-1') });
    await workspace.git('checkout', '--quiet', '.');
  });

  emulated('does not go back to an image that some of its nodes could not start', async () => {
    await documentsOf(
      { ...POOLS, arm: { at: 'pins/arm', architectures: BOTH } },
      await withTools('two', 'small 2', 'large 3'),
    );
    const refused = await workspace.layers('pin', 'rollback', 'arm');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('is for arm64, and nodes of arm are amd64 (another-architecture)');
    await workspace.git('checkout', '--quiet', '.');
    await workspace.git('clean', '--quiet', '-fd');
  });

  emulated('keeps all of its images in the registry, of which prune takes what is in none', async () => {
    const { stdout } = await works('prune', '--min-age', '0', '--keep-history', '0d', '--delete');
    const { build: old } = parse(await workspace.git('show', 'HEAD~2:layers/lock/both.lock')).pin;
    expect(stdout).toContain(`${image('pins/both')}:${tag(old)} `);
    const { builds: parts, hash } = await indexOf('both');
    expect(await tagsOf('pins/both')).toEqual([hash, ...parts.map((part) => part.hash)].map(tag).sort());
    const pinned = `docker://${image('pins/both')}@${after.both}`;
    const copy = join(workspace.root, '../copy');
    await run('skopeo', ['copy', '--all', '--src-tls-verify=false', pinned, `dir:${copy}`]);
  });

  emulated('that neither the lock nor git has is taken from the registry by pin repair --adopt', async () => {
    const lock = await workspace.read('layers/lock/both.lock');
    await rm(join(workspace.root, '.git'), { recursive: true });
    await workspace.git('init', '--quiet');
    await workspace.write('layers/lock/both.lock', 'pin: {}\n');
    const refused = await workspace.layers('pin', 'repair');
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toContain('(tag-exists)');
    // It was run: it is no way out any more.
    expect(refused.stderr).not.toContain('`layers pin repair`');
    const { stdout } = await works('pin', 'repair', '--adopt');
    expect(stdout).toBe(`layers/lock/both.lock  the registry  ${image('pins/both')}@${after.both}\n`);
    expect(await workspace.read('layers/lock/both.lock')).toBe(lock.replace('built', 'adopted'));
  });
});

describe('a build for an architecture', () => {
  it('that the machine cannot run is refused before anything is pulled, pushed or pinned', async () => {
    const pools = { worker: { at: 'never/worker', architectures: BOTH }, infra: { at: 'never/infra' } };
    await given(pools, build('echo never > /etc/never'));
    const before = (await registry.requests()).length;
    // What the machine can run is not seen by this process and its children: a machine without emulation.
    const hidden = 'mount -t tmpfs tmpfs /proc/sys/fs/binfmt_misc && exec "$@"';
    const args = ['sh', '-c', hidden, 'sh', process.execPath, CLI, 'build', '--pin', '--keep-going'];
    const { code, stderr } = await tryRun('unshare', ['--mount', ...args], {
      cwd: workspace.root,
      env: workspace.env,
    });
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(
      'this machine cannot build for arm64, as worker wants it (platform-unbuildable)',
    );
    expect(stderr).toContain('qemu-user-static');
    // Only asked whether somebody built it before.
    const requests = (await registry.requests()).slice(before);
    expect(
      requests.filter((request) => !/^(HEAD|GET) \/v2\/(never\/\S+\/manifests\/build-\S+)?$/.test(request)),
    ).toEqual([]);
    expect(await tagsOf('never/worker')).toEqual([]);
    expect(await readdir(join(workspace.root, '.layers'))).not.toContain('logs');
  });

  emulated.each([
    ['the Release document names an image of another', () => [{ amd64, arm64: amd64 }, {}] as const],
    ['the base is no index', () => [{ amd64, arm64 }, { base: arm64 }] as const],
  ])('is refused where %s', async (_, wrong) => {
    const [images, more] = wrong();
    await given({ worker: { at: 'wrong/worker', architectures: BOTH, ...more } }, build(), images);
    const result = await builds('--pin');
    expect(result.code).toBe(2);
    expect(result.codes).toContain('base-of-another-architecture');
    expect(await tagsOf('wrong/worker')).toEqual([]);
  });
});
