import { createHash } from 'node:crypto';
import { copyFile, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { baseRef } from '../fixtures/base.ts';
import { type DirectoryServer, serveDirectory } from '../fixtures/http.ts';
import type { Finished } from '../fixtures/process.ts';
import { type Registry, startRegistry } from '../fixtures/registry.ts';
import { buildRpm, createRepository } from '../fixtures/rpm.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { createWorkspace, type Workspace } from '../fixtures/workspace.ts';
import { documents, layer, motd, pool, release } from './support/documents.ts';
import { type FaultyProxy, startProxy } from './support/proxy.ts';
import { start } from './support/running.ts';
import { commandLines, stateOf } from './support/state.ts';

let registry: Registry;
let proxy: FaultyProxy;
let served: DirectoryServer;
let files: Scratch;
let workspace: Workspace;
let before: Awaited<ReturnType<typeof stateOf>>;
const rpms = { newer: { url: '', sha256: '' }, older: { url: '', sha256: '' } };

beforeAll(async () => {
  registry = await startRegistry({ withBase: true });
  proxy = await startProxy(registry);
  files = await scratchDirectory('served');
  served = await serveDirectory(files.path);
  rpms.newer = await publish('1.1');
  rpms.older = await publish('0.9');
  await createRepository(files.path);
  workspace = await createWorkspace('failures');
  await workspace.write('.gitignore', '.layers/\n');
  await workspace.write(
    'layers/pools.yaml',
    documents(
      release('4.18.3', await baseRef(registry)),
      layer('greeting', { files: [{ path: '/etc/motd', source: 'files/motd' }] }),
      pool('worker', { image: `${registry.host}/os/worker`, layers: ['greeting'] }),
    ),
  );
  await workspace.write('layers/files/motd', 'hello\n');
  await workspace.layers('synth');
  await workspace.commit('one pool');
  const build = await workspace.layers('build', '--pin', '--commit');
  expect(build.code, build.stderr).toBe(0);
});

afterAll(async () => {
  await workspace?.remove();
  await served?.stop();
  await files?.remove();
  await proxy?.stop();
  await registry?.stop();
});

beforeEach(async () => {
  proxy.fate = () => 'pass';
  // A second Ctrl-C leaves it to the next run to clean up: that would be another test's change.
  await rm(join(workspace.root, '.layers/tmp'), { recursive: true, force: true });
  await workspace.git('clean', '--force', '--quiet', '-d');
  await workspace.git('checkout', '--quiet', '--', '.');
});

afterEach(async ({ task }) => {
  // A failed test's processes would be the next one's failure.
  expect(await commandLines('sleep 65432'), task.name).toEqual([]);
});

async function publish(version: string) {
  const rpm = await buildRpm({
    ...{ name: 'fixture-hello', version, release: '1' },
    files: { '/usr/share/fixture-hello/version': `${version}\n` },
  });
  await copyFile(rpm, join(files.path, basename(rpm)));
  const sum = createHash('sha256').update(await readFile(rpm));
  return { url: `${served.url}/${basename(rpm)}`, sha256: sum.digest('hex') };
}

/** Adds a pool to the repository, and synthesises. */
async function addPool(
  name: string,
  options: { image?: string; layers: object[]; base?: string },
): Promise<void> {
  const { image = `${registry.host}/os/${name}`, ...rest } = options;
  await workspace.write(`layers/${name}.yaml`, documents(pool(name, { image, ...rest })));
  const synth = await workspace.layers('synth');
  expect(synth.code, synth.stderr).toBe(0);
}

async function expectNothingChanged(): Promise<void> {
  expect(await stateOf(workspace)).toEqual(before);
}

/** Builds with --pin, which is to fail and to leave everything as it was. */
async function failingBuild(...args: string[]): Promise<Finished> {
  before = await stateOf(workspace);
  const build = await workspace.layers('build', '--pin', ...args);
  await expectNothingChanged();
  expect(build.stderr).not.toMatch(/^ +at /m);
  expect(build.stdout).toBe('');
  return build;
}

/** The log whose path was printed. */
async function logIn(output: string): Promise<string> {
  return readFile(/The whole log is in (\S+)\.$/m.exec(output)![1]!, 'utf8');
}

describe('bad input gets a place, a hint and exit code 2, and writes nothing', () => {
  const hotfix = (url: string) =>
    documents(layer('bad', { hotfix: { reason: 'x', rpms: [{ url }] } })).replaceAll('{', '{ ');
  const cases: [what: string, text: string, says: RegExp][] = [
    ['a malformed YAML file', 'kind: Layer\nname: [a, b\nsteps: x\n', /layers\/bad\.yaml:\d+:\d+ error/],
    [
      'an unknown step',
      'kind: Layer\nname: bad\nsteps:\n  - hotfx: {}\n',
      /layers\/bad\.yaml:4:5 error .*hotfx/,
    ],
    ['an RPM URL with a quote', hotfix("https://example.com/a'b.rpm"), /layers\/bad\.yaml:1:\d+ error/],
    ['an RPM URL with a newline', hotfix('https://example.com/a\nb.rpm'), /layers\/bad\.yaml:1:\d+ error/],
    ['an RPM URL with $(…)', hotfix('https://example.com/$(id).rpm'), /layers\/bad\.yaml:1:\d+ error/],
    [
      'a tag where a digest must stand',
      'kind: Release\nname: "4.19.3"\namd64: { rhel-coreos: "quay.io/openshift/os:latest" }\n',
      /layers\/bad\.yaml:3:23 error .*digest/,
    ],
    [
      'a package name with a semicolon',
      'kind: Layer\nname: bad\nsteps:\n  - packages: { install: [htop, "a;reboot"] }\n',
      /layers\/bad\.yaml:4:\d+ error .*a;reboot/,
    ],
    [
      'a file path with ..',
      'kind: Layer\nname: bad\nsteps:\n  - files: [{ path: /etc/../x, content: "" }]\n',
      /layers\/bad\.yaml:4:21 error/,
    ],
    [
      'a source with ..',
      'kind: Layer\nname: bad\nsteps:\n  - files: [{ path: /etc/x, source: files/../../x }]\n',
      /layers\/bad\.yaml:4:\d+ error/,
    ],
    [
      'release: 4.20 unquoted',
      'kind: Pool\nname: bad\nrelease: 4.20\nlayers: [greeting]\ntarget: { machineConfig: { image: example.com/os/bad } }\n',
      /layers\/bad\.yaml:3:10 error .*4\.20?/,
    ],
  ];

  it.each(cases)('%s', async (_, text, says) => {
    before = await stateOf(workspace);
    await workspace.write('layers/bad.yaml', text);
    for (const args of [['synth'], ['build', '--pin', '--commit']]) {
      const result = await workspace.layers(...args);
      expect(result.code, result.stderr).toBe(2);
      if (args[0] === 'synth') {
        expect(result.stderr).toMatch(says);
        expect(result.stderr).toMatch(/^ +\|? *\^/m);
        expect(result.stderr).toContain('hint: ');
      }
      expect(result.stderr).not.toMatch(/^ +at |a bug of ours/m);
      expect(result.stdout).toBe('');
    }
    await workspace.git('clean', '--force', '--quiet', 'layers');
    await expectNothingChanged();
  });

  it('all of it at once', async () => {
    await workspace.write('layers/bad.yaml', cases[1]![1]);
    await workspace.write('layers/worse.yaml', cases[6]![1].replace('name: bad', 'name: worse'));
    const { code, stderr } = await workspace.layers('synth');
    expect(code).toBe(2);
    expect(stderr).toContain('layers/bad.yaml:4');
    expect(stderr).toContain('layers/worse.yaml:4');
  });

  it('a stale dist/', async () => {
    await workspace.write(
      'layers/more.yaml',
      documents(pool('infra', { image: 'example.com/os', layers: [] })),
    );
    await workspace.write(
      'layers/more.yaml',
      documents(pool('infra', { image: `${registry.host}/os/infra`, layers: ['greeting'] })),
    );
    const build = await failingBuild();
    expect(build.code).toBe(2);
    expect(build.stderr).toContain('dist-stale');
    expect(build.stderr).toContain('dist/infra.build would be added');
    expect(build.stderr).toContain('hint: Run `layers synth`');
  });

  it('a source that changed after synth', async () => {
    await workspace.write('layers/files/motd', 'changed\n');
    const build = await failingBuild();
    expect(build.code).toBe(2);
    expect(build.stderr).toMatch(/dist\/builds\/[0-9a-f]{32}\/plan would be/);
  });

  it('an unknown pool', async () => {
    const build = await failingBuild('worker', 'wroker', 'nobody');
    expect(build.code).toBe(2);
    expect(build.stderr).toContain('there is no pool wroker in dist/');
    expect(build.stderr).toContain('there is no pool nobody in dist/');
    expect(build.stderr).toContain('Known are: worker.');
  });

  it('an auth file that is not there', async () => {
    await addPool('infra', { layers: [motd('no auth file')] });
    const build = await failingBuild('--authfile', '/nonexistent/auth.json');
    expect(build.code).toBe(2);
    expect(build.stderr).toContain('/nonexistent/auth.json cannot be read');
  });
});

// On a busy machine, buildah 1.28 loses what a program prints right before it ends (measured: 3 of 80, by chroot isolation).
describe('a build that fails has exit code 3', { retry: 2 }, () => {
  const cases: [what: string, steps: () => object[], instruction: RegExp, says: string][] = [
    [
      'a package that no repository has',
      () => [
        { repository: { id: 'fixture', baseurl: served.url, gpgcheck: false } },
        { packages: { install: ['no-such-package'] } },
      ],
      /in the layer broken: packages, at RUN dnf install -y no-such-package/,
      'No match for argument: no-such-package',
    ],
    [
      'an RPM with another sum',
      () => [{ rpms: { rpms: [{ ...rpms.newer, sha256: rpms.older.sha256 }] } }],
      /in the layer broken: rpms, at RUN mkdir \/tmp\/rpms/,
      'fixture-hello-1.1-1.noarch.rpm: FAILED',
    ],
    [
      'a hotfix older than what the base has, which dnf would install',
      () => [{ hotfix: { reason: 'FIXTURE-1', rpms: [rpms.older] } }],
      /in the layer broken: hotfix, at RUN mkdir \/tmp\/rpms/,
      'package fixture-hello-1.0-1.noarch (which is newer than fixture-hello-0.9-1.noarch) is already installed',
    ],
    [
      'a file that is left in /var',
      () => [{ run: { reason: 'a test', commands: ['touch /var/lib/agent.db'] } }],
      /in the layer broken: run, at RUN touch \/var\/lib\/agent\.db/,
      'Found file: /var/lib/agent.db',
    ],
    [
      'a download that is not there',
      () => [{ rpms: { rpms: [{ url: rpms.newer.url.replace('hello', 'nobody') }] } }],
      /in the layer broken: rpms, at RUN mkdir \/tmp\/rpms/,
      '404',
    ],
  ];

  it.each(cases)('%s', async (_, steps, instruction, says) => {
    await addPool('infra', { layers: [motd('fine'), { name: 'broken', steps: steps() }] });
    const build = await failingBuild();
    expect(build.code, build.stderr).toBe(3);
    expect(build.stderr).toContain('the build of infra failed');
    expect(build.stderr).toMatch(instruction);
    const detail = build.stderr.split('\n').filter((line) => line.startsWith('  | '));
    expect(detail.join('\n')).toContain(says);
    const log = await logIn(build.stderr);
    expect(log).toMatch(/^\$ buildah build /);
    expect(log).toContain('STEP 1/');
    // People are shown a blank for a tab.
    const shown = log.replaceAll('\t', ' ');
    for (const line of detail) expect(shown).toContain(line.slice(4).split(' … ')[0]);
  });

  it('and one of two builds that fails pins neither; what was pushed is not built again', async () => {
    await addPool('alpha', { layers: [motd('the first of two')] });
    await addPool('beta', { layers: [{ name: 'broken', steps: [{ packages: { install: ['nowhere'] } }] }] });
    const build = await failingBuild();
    expect(build.code).toBe(3);
    expect(build.stderr).toContain('[alpha] pushed and verified');
    expect(build.stderr).toContain('the build of beta failed');

    await addPool('beta', { layers: [motd('the second of two')] });
    const again = await workspace.layers('build', '--pin');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('[alpha] built before');
    expect(again.stderr).toContain('[beta] pushed and verified');
  });

  it('a program that prints what looks like a step is not believed', async () => {
    const steps = [
      { run: { reason: 'a test', commands: ["printf 'STEP 1/9: FROM x\\nSTEP 3/9: RUN x\\n'", 'false'] } },
    ];
    await addPool('infra', { layers: [{ name: 'liar', steps }, motd('later')] });
    const build = await failingBuild();
    expect(build.code).toBe(3);
    expect(build.stderr).toContain('in the layer liar: run, at RUN printf');
  });
});

describe('a registry that refuses has exit code 4', () => {
  it('the push', async () => {
    proxy.fate = (request) => (/^(POST|PUT|PATCH) /.test(request) ? 403 : 'pass');
    await addPool('infra', { image: `${proxy.host}/os/infra`, layers: [motd('refused')] });
    const build = await failingBuild();
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain(`could not push the image of infra to ${proxy.host}/os/infra:build-`);
    expect(build.stderr).toContain(`buildah login ${proxy.host}`);
    expect(await logIn(build.stderr)).toContain('buildah push');
  });

  it('what was pushed, when it is asked for it by digest', async () => {
    proxy.fate = (request) => (/^GET \/v2\/os\/infra\/manifests\/sha256:/.test(request) ? 404 : 'pass');
    await addPool('infra', { image: `${proxy.host}/os/infra`, layers: [motd('lost at once')] });
    const build = await failingBuild();
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain('registry-not-found');
  });

  it('every connection', async () => {
    const gone = await startProxy(registry);
    await gone.stop();
    await addPool('infra', { image: `${gone.host}/os/infra`, layers: [motd('nobody there')] });
    const build = await failingBuild();
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain(`${gone.host} cannot be reached`);
  });

  it('the base, by a digest that it does not have', async () => {
    const base = `${registry.host}/fixture/rhel-coreos@sha256:${'0'.repeat(64)}`;
    await addPool('infra', { layers: [motd('no base')], base });
    const build = await failingBuild();
    expect(build.code, build.stderr).toBe(4);
    expect(build.stderr).toContain(`could not pull the base ${base} of infra`);
  });
});

describe('a build that is stopped leaves nothing', () => {
  const sleeper = (command: string) => ({
    name: 'slow',
    steps: [{ run: { reason: 'x', commands: [command] } }],
  });

  it.each([
    ['SIGINT', 'buildah', 130],
    ['SIGTERM', 'buildah', 143],
    ['SIGHUP', 'buildah', 129],
    ['SIGINT', 'podman', 130],
  ] as const)('by %s in a RUN of %s', async (signal, engine, code) => {
    await addPool('infra', {
      layers: [sleeper(`sh -c 'sleep 65432 & sleep 65432'; echo ${signal} ${engine}`)],
    });
    before = await stateOf(workspace);
    const build = start(workspace, ['build', '--pin', '--engine', engine]);
    await build.until(/\[2\/\d+\]/);
    await until(async () => (await commandLines('sleep 65432')).length >= 2);
    build.signal(signal);
    const { code: actual, stderr } = await build.finished;
    expect(actual, stderr).toBe(code);
    expect(stderr).toContain('stopping the build');
    expect(stderr).toContain('nothing was pinned');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await commandLines('sleep 65432')).toEqual([]);
    await expectNothingChanged();
  });

  it.each(['buildah', 'podman'])('also where a program in %s does not want to stop', async (engine) => {
    await addPool('infra', { layers: [sleeper('sh -c \'trap "" TERM INT HUP; sleep 65432; sleep 65432\'')] });
    before = await stateOf(workspace);
    const build = start(workspace, ['build', '--pin', '--engine', engine]);
    await until(async () => (await commandLines('sleep 65432')).length >= 2);
    build.signal('SIGINT');
    expect((await build.finished).code).toBe(130);
    expect(await commandLines('sleep 65432')).toEqual([]);
    await expectNothingChanged();
  });

  it('by a second Ctrl-C, at once', async () => {
    await addPool('infra', {
      layers: [sleeper('sh -c \'trap "" TERM INT; sleep 65432; sleep 65432\' # twice')],
    });
    const build = start(workspace, ['build', '--pin']);
    await until(async () => (await commandLines('sleep 65432')).length >= 2);
    build.signal('SIGINT');
    await build.until(/stopping the build/);
    build.signal('SIGINT');
    const started = performance.now();
    expect((await build.finished).code).toBe(130);
    expect(performance.now() - started).toBeLessThan(5000);
    await until(async () => (await commandLines('sleep 65432')).length === 0);
  });

  it.each(['buildah', 'podman'])('in the middle of a push by %s', async (engine) => {
    proxy.fate = (request) => (/^(PATCH|PUT) /.test(request) ? 'stall' : 'pass');
    proxy.requests.length = 0;
    await addPool('infra', { image: `${proxy.host}/os/infra`, layers: [motd(`stopped ${engine}`)] });
    before = await stateOf(workspace);
    const build = start(workspace, ['build', '--pin', '--engine', engine]);
    await until(async () => proxy.requests.some((request) => request.startsWith('PATCH ')));
    build.signal('SIGINT');
    const { code, stderr } = await build.finished;
    expect(code, stderr).toBe(130);
    await expectNothingChanged();
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { timeout: 30_000, interval: 30 }).toBe(true);
}

describe('--commit', () => {
  it('needs a git work tree', async () => {
    const elsewhere = await createWorkspace('no-git');
    try {
      await elsewhere.write('layers/pools.yaml', await workspace.read('layers/pools.yaml'));
      await elsewhere.write('layers/files/motd', 'hello\n');
      await elsewhere.layers('synth');
      const { rm } = await import('node:fs/promises');
      await rm(join(elsewhere.root, '.git'), { recursive: true });
      const build = await elsewhere.layers('build', '--pin', '--commit');
      expect(build.code, build.stderr).toBe(2);
      expect(build.stderr).toContain('no-git');
    } finally {
      await elsewhere.remove();
    }
  });

  it('needs --pin', async () => {
    const build = await workspace.layers('build', '--commit');
    expect(build.code).toBe(2);
    expect(build.stderr).toContain('hint: Add --pin.');
  });

  it('refuses while layers/ has changes that are not committed', async () => {
    await addPool('infra', { layers: [motd('not committed')] });
    const build = await failingBuild('--commit');
    expect(build.code).toBe(2);
    expect(build.stderr).toContain('layers/infra.yaml');
  });

  it('leaves what else is staged staged, and commits the lock and dist/ only', async () => {
    await addPool('infra', { layers: [motd('committed')] });
    await workspace.commit('a pool');
    await workspace.write('notes.txt', 'staged\n');
    await workspace.git('add', 'notes.txt');
    await workspace.write('README.md', 'not even staged\n');
    const build = await workspace.layers('build', '--pin', '--commit');
    expect(build.code, build.stderr).toBe(0);
    expect((await workspace.git('show', '--name-only', '--format=', 'HEAD')).trim().split('\n')).toEqual([
      'dist/infra.k8s.yaml',
      'layers/lock/infra.lock',
    ]);
    expect(await workspace.git('status', '--porcelain')).toBe('A  notes.txt\n?? README.md\n');
    await workspace.git('rm', '--quiet', '--cached', 'notes.txt');
  });

  it('that a hook refuses says so; the pin stays for the next one, which names it', async () => {
    await addPool('gamma', { layers: [motd('a hook')] });
    await workspace.commit('another pool');
    await workspace.write('.git/hooks/pre-commit', '#!/bin/sh\necho the hook says no >&2\nexit 1\n');
    const { chmod, rm } = await import('node:fs/promises');
    await chmod(join(workspace.root, '.git/hooks/pre-commit'), 0o755);
    const refused = await workspace.layers('build', '--pin', '--commit');
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('the hook says no');
    await rm(join(workspace.root, '.git/hooks/pre-commit'));
    const build = await workspace.layers('build', '--pin', '--commit');
    expect(build.code, build.stderr).toBe(0);
    expect(await workspace.git('log', '-1', '--format=%s')).toBe('chore(layers): pin gamma\n');
  });
});
