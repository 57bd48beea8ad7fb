import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type Finished, run, tryRun } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm } from '../fixtures/rpm.ts';
import { CLI, createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, motd, type PoolOptions, pool, release } from './support/documents.ts';
import { lockOf } from './support/lock.ts';

let registry: Registry;
let workspace: Workspace;
/** Has an image store of its own. */
let elsewhere: Workspace;
let base: string;

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  workspace = await createWorkspace('pins');
  elsewhere = await createWorkspace('elsewhere');
  base = await baseRef(registry);
  await workspace.write('.gitignore', '.layers/\n');
});

afterAll(async () => {
  await workspace?.remove();
  await elsewhere?.remove();
  await registry?.stop();
});

/** Writes the pools with the message that each has, `dist/`, and a commit. */
async function given(pools: Record<string, string>): Promise<void> {
  const all = Object.entries(pools).map(([name, text]) => {
    const options: PoolOptions = { image: `${registry.host}/os/${name}`, layers: [motd(text)] };
    return pool(name, options);
  });
  await workspace.write('layers/pools.yaml', documents(release('4.18.3', base), ...all));
  await works('synth');
  await workspace.commit('pools');
}

async function works(...args: string[]): Promise<Finished> {
  const finished = await workspace.layers(...args);
  expect(finished.code, finished.stderr).toBe(0);
  return finished;
}

async function fails(code: number, ...args: string[]): Promise<string> {
  const finished = await workspace.layers(...args);
  expect(finished.code, finished.stderr).toBe(code);
  return finished.stderr;
}

async function digestOf(name: string): Promise<string> {
  const manifest = await workspace.read(`dist/${name}.k8s.yaml`);
  const [, digest] = /osImageURL: \S+@(\S+)/.exec(manifest)!;
  expect((await lockOf(workspace)).pools[name]?.digest).toBe(digest);
  return digest!;
}

const subject = () => workspace.git('log', '-1', '--format=%s');

describe('a roll back', { timeout: 300_000 }, () => {
  let first: string;
  let second: string;

  it('gives the image before back, from git, and says that the next build takes it away', async () => {
    await given({ worker: 'one', infra: 'infra one' });
    await works('build', '--pin', '--commit');
    first = await digestOf('worker');
    await given({ worker: 'two', infra: 'infra one' });
    await works('build', '--pin', '--commit');
    second = await digestOf('worker');
    const { stderr, stdout } = await works('pin', 'rollback', 'worker', '--commit');
    expect(stdout).toBe(`worker  ${registry.host}/os/worker@${first}\n`);
    expect(stderr).toContain('(not-held)');
    expect(await digestOf('worker')).toBe(first);
    expect(await subject()).toBe('chore(layers): roll back worker\n');
    expect(await workspace.git('log', '-1', '--format=%(trailers:key=Layers-Pin,valueonly)')).toContain(
      `worker ${registry.host}/os/worker@${first}`,
    );
  });

  it('without a hold lasts until the next build', async () => {
    await works('build', '--pin', '--commit');
    expect(await digestOf('worker')).toBe(second);
  });

  it('with a hold wins over build --pin, which pins the others, and ends with exit code 1 and the reason', async () => {
    const reason = 'OPS-17, panics with the new kernel';
    const hold = ['--hold', '--reason', reason, '--until', '2999-12-31'];
    expect((await works('pin', 'rollback', 'worker', ...hold, '--commit')).stderr).not.toContain('not-held');
    await given({ worker: 'three', infra: 'infra two' });
    const before = await digestOf('infra');
    const build = await workspace.layers('build', '--pin', '--commit');
    expect(build.code, build.stderr).toBe(1);
    expect(build.stderr).toMatch(
      /layers\/lock\/worker\.lock:\d+:\d+ error worker was not pinned, for it is held: OPS-17, panics with the new kernel \(until 2999-12-31\) \(pin-held\)/,
    );
    expect(build.stdout).toMatch(/^infra {3}built .*\nworker {2}held {3}OPS-17/);
    expect(build.stderr).not.toContain('[worker] building');
    expect([await digestOf('worker'), await digestOf('infra')]).not.toContain(before);
    expect(await digestOf('worker')).toBe(first);
    expect(await subject()).toBe('chore(layers): pin infra\n');
    expect(await workspace.read('dist/worker.k8s.yaml')).toContain(
      `cdk8s-os-layers/held: ${reason} (until 2999-12-31)\n`,
    );
  });

  it('is told by check and list, which do not mind it', async () => {
    const check = await works('check');
    expect(check.stderr).toContain(`info worker is held, and has changed since: OPS-17`);
    expect((await works('pin', 'list')).stdout).toMatch(
      /^worker {2}held .* {2}OPS-17.* \(until 2999-12-31\)$/m,
    );
    const { pools } = JSON.parse((await works('pin', 'list', '--output', 'json')).stdout);
    expect(pools.find(({ pool }: { pool: string }) => pool === 'worker')).toMatchObject({
      state: 'held',
      isBehind: true,
      hold: { until: '2999-12-31' },
    });
  });

  it('is data, where that is asked for, and is told of the hold', async () => {
    const { code, stdout } = await workspace.layers('build', 'worker', '--pin', '--output', 'json');
    expect(code).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(['skipped', 'result', 'failed']);
    expect(lines[1].pools).toMatchObject([{ pool: 'worker', result: 'held' }]);
    expect(lines[2].diagnostics).toMatchObject([{ code: 'pin-held' }]);
  });

  it('past its date holds on, and check asks about it', async () => {
    const file = 'layers/lock/worker.lock';
    await workspace.write(file, (await workspace.read(file)).replace('2999-12-31', '2026-01-01'));
    await works('synth');
    const says = await fails(1, 'check');
    expect(says).toMatch(/layers\/lock\/worker\.lock:\d+:10 error worker is still held, past the date/);
    expect(says).toContain('(hold-expired)');
    await fails(1, 'build', '--pin');
    expect(await digestOf('worker')).toBe(first);
    await workspace.git('checkout', '--quiet', '.');
  });

  it.each([
    ['another pin by hand', ['pin', 'set', 'worker', `sha256:${'0'.repeat(64)}`], 1, 'pin-held'],
    ['another roll back', ['pin', 'rollback', 'worker'], 1, 'pin-held'],
    [
      'a hold that is over',
      ['pin', 'hold', 'worker', '--reason', 'x', '--until', '2020-01-01'],
      2,
      'is over',
    ],
    ['a day that is none', ['pin', 'hold', 'worker', '--reason', 'x', '--until', 'soon'], 2, 'hold-form'],
    ['a reason of two lines', ['pin', 'hold', 'worker', '--reason', 'x\ny'], 2, 'hold-form'],
    ['a hold without a reason', ['pin', 'rollback', 'worker', '--hold'], 2, 'hold-form'],
  ] as const)('that is held does not take %s', async (_, args, code, says) => {
    expect(await fails(code, ...args)).toContain(says);
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });

  it('ends with its hold: the next build pins again', async () => {
    await works('pin', 'release', 'worker', '--commit');
    expect(await subject()).toBe('chore(layers): release worker\n');
    expect(await workspace.git('log', '-1', '--format=%b')).toContain('Layers-Release: worker');
    expect((await workspace.layers('check')).code).toBe(1);
    await works('build', '--pin', '--commit');
    expect(await digestOf('worker')).not.toBe(first);
    await works('check');
  });

  it('may name a commit, a digest or a build', async () => {
    const { build } = JSON.parse(await workspace.read('dist/worker.build'));
    const latest = await digestOf('worker');
    const commit = (await workspace.git('log', '--format=%H', '--grep=roll back', '--max-count=1')).trim();
    await works('pin', 'rollback', 'worker', '--to', commit);
    expect(await digestOf('worker')).toBe(first);
    await works('pin', 'rollback', 'worker', '--to', second);
    expect(await digestOf('worker')).toBe(second);
    await works('pin', 'rollback', 'worker', '--to', build);
    expect(await digestOf('worker')).toBe(latest);
    expect(await workspace.git('status', '--porcelain')).toBe('');
    expect(await fails(2, 'pin', 'rollback', 'worker', '--to', 'nowhere')).toContain('(no-earlier-pin)');
  });

  it('is refused where the registry no longer has the image', async () => {
    await run('skopeo', ['delete', '--tls-verify=false', `docker://${registry.host}/os/worker@${second}`]);
    expect(await fails(4, 'pin', 'rollback', 'worker', '--to', second)).toContain(second);
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });
});

describe('a pin by hand', { timeout: 300_000 }, () => {
  it('is an image that was built here, which the registry has', async () => {
    const before = await digestOf('worker');
    const digest = (
      await workspace.git('log', '-1', '--grep=roll back', '--format=%(trailers:key=Layers-Pin,valueonly)')
    )
      .split('@')[1]!
      .split(' ')[0]!;
    await works('pin', 'set', 'worker', digest);
    expect((await lockOf(workspace)).pools.worker).toMatchObject({
      digest,
      origin: 'adopted',
      release: '4.18.3',
    });
    await works('pin', 'set', 'worker', `${registry.host}/os/worker@${before}`, '--commit');
    expect(await digestOf('worker')).toBe(before);
  });

  it('of another repository is copied there, with its digest', async () => {
    const { image, digest } = (await lockOf(workspace)).pools.infra!;
    const [pinned] = [await digestOf('worker')];
    expect(await fails(2, 'pin', 'set', 'worker', `${image}@${digest}`)).toContain('(another-repository)');
    await works('pin', 'set', 'worker', `${image}@${digest}`, '--copy');
    expect(await digestOf('worker')).toBe(digest);
    const copy = `docker://${registry.host}/os/worker@${digest}`;
    await run('skopeo', ['inspect', '--tls-verify=false', copy]);
    await works('pin', 'set', 'worker', pinned);
    await workspace.git('checkout', '--quiet', '.');
  });

  it.each([
    ['what is no digest', 'latest', 2, '(image-form)'],
    ['a digest that is not there', `sha256:${'0'.repeat(64)}`, 4, '(registry-not-found)'],
  ])('is not %s', async (_, image, code, says) => {
    expect(await fails(code, 'pin', 'set', 'worker', image)).toContain(says);
  });

  it('is not what nobody has reviewed', async () => {
    expect(await fails(2, 'pin', 'set', 'worker', base, '--copy')).toContain('(image-unknown)');
    expect(await workspace.git('status', '--porcelain')).toBe('');
  });
});

describe('the packages of a pinned image', { timeout: 300_000 }, () => {
  it('have the sum of what rpm -qa says, where a layer changed them', async () => {
    const path = await buildRpm({
      name: 'pinned-tool',
      version: '1.0',
      release: '2',
      files: { '/usr/share/x': 'x\n' },
    });
    const bytes = await readFile(path);
    const file = `files/${basename(path)}`;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await workspace.write(`layers/${file}`, bytes);
    const tools = pool('tools', {
      image: `${registry.host}/os/tools`,
      layers: [{ name: 'tools', steps: [{ rpms: { rpms: [{ file, sha256 }] } }] }, motd('after that')],
    });
    // Whoever only asks rpm leaves an empty log beside its database.
    const run = { reason: 'a test', commands: ['rpm -qa > /etc/packages'] };
    const asks = pool('asks', {
      image: `${registry.host}/os/asks`,
      layers: [{ name: 'asks', steps: [{ run }] }],
    });
    await workspace.write('layers/tools.yaml', documents(tools, asks));
    await works('synth');
    await workspace.commit('a pool with a package');
    await works('build', 'tools', 'asks', '--pin', '--commit');
    const { pools } = await lockOf(workspace);
    const { image, digest, packages } = pools.tools!;
    const format = '%{name}-%{epochnum}:%{version}-%{release}.%{arch}\\n';
    const said = await workspace.inImage(`${image}@${digest}`, 'rpm', '-qa', '--qf', format);
    const lines = said.replaceAll('.(none)\n', '\n').trimEnd().split('\n');
    expect(lines).toContain('pinned-tool-0:1.0-2.noarch');
    const text = lines
      .sort()
      .map((line) => `${line}\n`)
      .join('');
    expect(packages).toBe(createHash('sha256').update(text).digest('hex'));
    // Nothing of the base is read for a message of the day.
    expect(pools.worker!.packages).toBeUndefined();
    expect(pools.asks!.packages).toBeUndefined();
    const locks = ['layers/lock/tools.lock', 'layers/lock/asks.lock'];
    await workspace.git('rm', '--quiet', 'layers/tools.yaml', ...locks, `layers/${file}`);
    await works('synth');
    await workspace.commit('without it');
  });
});

describe('branches', { timeout: 300_000 }, () => {
  let scratch: string;
  const clone = async (name: string, branch = name, { env } = workspace) => {
    const root = join(scratch, name);
    await run('git', ['clone', '--quiet', workspace.root, root], { env });
    const git = (...args: string[]) => tryRun('git', args, { cwd: root, env });
    await git('checkout', '--quiet', '-b', branch);
    const layers = (...args: string[]) => tryRun(process.execPath, [CLI, ...args], { cwd: root, env });
    return { root, git, layers };
  };

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'layers-branches-'));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  it('that pin different pools merge by git alone: new ones, neighbours by name, of an equal build', async () => {
    await given({ worker: 'merged', 'gpu-1': 'equal', 'gpu-2': 'equal', 'gpu-3': 'other', infra: 'one' });
    const pins: Record<string, string[]> = { left: ['gpu-1', 'worker'], right: ['gpu-2', 'gpu-3'] };
    for (const [branch, pools] of Object.entries(pins)) {
      const { layers, git } = await clone(branch, branch, branch === 'left' ? workspace : elsewhere);
      const build = await layers('build', ...pools, '--pin', '--commit');
      expect(build.code, build.stderr).toBe(0);
      expect((await git('push', '--quiet', 'origin', branch)).code).toBe(0);
    }
    const merged = await clone('merged');
    for (const branch of ['origin/left', 'origin/right']) {
      const merge = await merged.git('merge', '--quiet', '--no-edit', branch);
      expect(merge.code, merge.stdout).toBe(0);
    }
    const { pools } = await lockOf(merged);
    // Each branch has made the build on its own.
    expect(pools['gpu-1']!.build).toBe(pools['gpu-2']!.build);
    expect(pools['gpu-1']!.digest).not.toBe(pools['gpu-2']!.digest);
    const check = await merged.layers('check', '--output', 'json');
    expect(JSON.parse(check.stdout).diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'pin-behind',
    ]);
    const again = await merged.layers('build', ...Object.values(pins).flat(), '--pin');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('the lock has it already');
    expect((await merged.git('status', '--porcelain')).stdout).toBe('');
  });

  it('of which a merge has two images of a build: another pool takes one that its repository can have', async () => {
    await workspace.git('fetch', '--quiet', join(scratch, 'merged'), 'merged');
    await workspace.git('merge', '--quiet', 'FETCH_HEAD');
    const before = (await lockOf(workspace)).pools;
    const more = pool('gpu-4', { image: `${registry.host}/os/gpu-2`, layers: [motd('equal')] });
    await workspace.write('layers/more.yaml', documents(more));
    await works('synth');
    await workspace.commit('one more');
    const build = await works('build', 'gpu-4', '--pin', '--commit');
    expect(build.stdout).toBe(`gpu-4  copied  ${registry.host}/os/gpu-2@${before['gpu-2']!.digest}\n`);
    const { 'gpu-4': _, ...others } = (await lockOf(workspace)).pools;
    expect(others).toEqual(before);
  });

  it('that pin the same pool conflict in its file; every verb says so, and pin repair takes a side', async () => {
    await works('build', '--pin', '--commit');
    const [ours, theirs] = [await clone('ours'), await clone('theirs')];
    const texts = { ours: 'from us', theirs: 'from them' };
    for (const [name, { root, git, layers }] of Object.entries({ ours, theirs })) {
      const pools = await workspace.read('layers/pools.yaml');
      const text = pools.replace('merged', texts[name as 'ours' | 'theirs']);
      await writeFile(join(root, 'layers/pools.yaml'), text);
      expect((await layers('synth')).code).toBe(0);
      await git('commit', '--quiet', '--all', '--message', name);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', name);
      const build = await layers('build', '--pin', '--commit');
      expect(build.code, build.stderr).toBe(0);
    }
    const { worker } = (await lockOf(theirs)).pools;
    await ours.git('fetch', '--quiet', theirs.root, 'theirs');
    expect((await ours.git('merge', '--no-edit', 'FETCH_HEAD')).code).toBe(1);
    const check = await ours.layers('check');
    expect(check.code).toBe(2);
    expect(check.stderr).toMatch(/layers\/lock\/worker\.lock:\d+:1 error this file has a merge conflict/);
    expect(check.stderr).toContain('`layers pin repair`');
    // What the layers are to be, people say: here, what they are there.
    await ours.git('checkout', '--theirs', 'layers/pools.yaml');
    const repair = await ours.layers('pin', 'repair');
    expect(repair.code, repair.stderr).toBe(0);
    expect(repair.stdout).toContain(
      `layers/lock/worker.lock  their side  ${worker!.image}@${worker!.digest}`,
    );
    expect((await lockOf(ours)).pools.worker).toEqual(worker);
    await ours.git('add', '--all');
    expect((await ours.git('commit', '--quiet', '--no-edit')).code).toBe(0);
    const after = await ours.layers('check');
    expect(after.code, after.stderr).toBe(0);
  });

  it('of which one holds a pool and the other pins it: the merge is seen, and the hold wins', async () => {
    const holding = await clone('holding');
    const pinning = await clone('pinning');
    const { worker } = (await lockOf(holding)).pools;
    expect((await holding.layers('pin', 'hold', 'worker', '--reason', 'OPS-1', '--commit')).code).toBe(0);
    const text = (await workspace.read('layers/pools.yaml')).replace('merged', 'later');
    await writeFile(join(pinning.root, 'layers/pools.yaml'), text);
    await pinning.layers('synth');
    await pinning.git('add', '--all');
    await pinning.git('commit', '--quiet', '--message', 'later');
    expect((await pinning.layers('build', '--pin', '--commit')).code).toBe(0);
    await pinning.git('fetch', '--quiet', holding.root, 'holding');
    await pinning.git('merge', '--no-edit', 'FETCH_HEAD');
    expect((await pinning.layers('check')).code).toBe(2);
    const repair = await pinning.layers('pin', 'repair');
    expect(repair.code, repair.stderr).toBe(0);
    const { hold, ...pin } = (await lockOf(pinning)).pools.worker!;
    expect(hold).toMatchObject({ reason: 'OPS-1' });
    expect(pin).toEqual(worker);
  });
});
