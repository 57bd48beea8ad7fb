// What `layers build` takes against buildah alone, with the same Containerfiles, base and registry: `npm run bench:build`.
// Medians of one run, by turns: each of the two begins with a store that has the base and nothing else, but for the no-op.
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { startRegistry } = await import('../test/fixtures/registry.ts');
const { baseRef, ensureBase } = await import('../test/fixtures/base.ts');
const { ensurePackages } = await import('../test/fixtures/packages.ts');
const { buildRpm, createRepository } = await import('../test/fixtures/rpm.ts');

const RUNS = Number(process.env.RUNS) || 5;
const CLI = resolve('lib/layers.js');
/** Of the mirror: milliseconds to an answer, as through a company's proxy, and bytes a millisecond. */
const LATENCY = 600;
const RATE = 5000;
/** What each layer installs. */
const PACKAGES = ['one', 'two', 'three', 'own'].map((name) =>
  ['a', 'b', 'c'].map((part) => `bench-${name}-${part}`),
);
const scratch = mkdtempSync(join(tmpdir(), 'layers-bench-'));
await ensurePackages();
await ensureBase();
const registry = await startRegistry({ withBase: true });
const base = await baseRef(registry);
const mirror = await serve(await packages());
const env = {
  ...process.env,
  BUILDAH_ISOLATION: process.env.BUILDAH_ISOLATION ?? 'chroot',
  CONTAINERS_STORAGE_CONF: join(scratch, 'storage.conf'),
  HOME: join(scratch, 'home'),
};
mkdirSync(env.HOME);
// These Containerfiles copy nothing.
const empty = join(scratch, 'empty');
mkdirSync(empty);
writeFileSync(
  env.CONTAINERS_STORAGE_CONF,
  `[storage]\ndriver = "overlay"\ngraphroot = "${join(scratch, 'store')}"\nrunroot = "${join(scratch, 'run')}"\n`,
);
try {
  await run('buildah', 'pull', '--quiet', '--tls-verify=false', base);
  // What has no name goes with the last image that is made from it.
  await run('buildah', 'tag', base, 'localhost/base');
  let good = true;
  good = report('one pool', 1.05, await compare(1, fresh)) && good;
  good = report('ten pools that share three layers', 0.5, await compare(10, fresh)) && good;
  good = report('20 pools, nothing to build', 0.1, await compare(20, unchanged)) && good;
  process.exitCode = good ? 0 : 1;
} finally {
  spawnSync('umount', ['--lazy', join(scratch, 'store', 'overlay')]);
  rmSync(scratch, { recursive: true, force: true });
  mirror.close();
  mirror.closeAllConnections();
  await registry.stop();
}

/** Both from a store that has the base only, to a registry that has none of the images. */
async function fresh({ ours, buildah }, times, turn) {
  for (const [name, work] of turn % 2 === 0 ? [ours, buildah] : [buildah, ours]) {
    await removeImages();
    await timed(times?.[name], work);
  }
}

/** Both when all is built and pushed already. */
async function unchanged({ ours, buildah }, times) {
  if (times === undefined) await removeImages();
  for (const [name, work] of [ours, buildah]) await timed(times?.[name], work);
}

async function compare(pools, how) {
  const times = { ours: [], buildah: [] };
  // What is built has another content each time; for what is not to be built again it is the same.
  const root = how === unchanged ? await repository(pools, 'same') : undefined;
  for (let turn = -1; turn < RUNS; turn++) {
    const at = root ?? (await repository(pools, `turn-${turn}`));
    const both = {
      // Builds that wait for a mirror need no core each.
      ours: [
        'ours',
        () => run(process.execPath, CLI, '--directory', at, 'build', '--pin', `--jobs=${pools}`),
      ],
      buildah: ['buildah', () => loop(at)],
    };
    await how(both, turn < 0 ? undefined : times, turn);
  }
  return times;
}

/** What people write: a build and a push for each pool, one after the other. */
async function loop(root) {
  for (const hash of readdirSync(join(root, 'dist/builds')).sort()) {
    const folder = join(root, 'dist/builds', hash);
    const image = `${registry.host}/plain/${hash}:1`;
    await run(
      ...[
        'buildah',
        'bud',
        '--layers',
        '--format=oci',
        '--tls-verify=false',
        `--label=build=${hash}`,
        '--tag',
        image,
      ],
      ...['--file', join(folder, 'Containerfile'), empty],
    );
    await run('buildah', 'push', '--tls-verify=false', '--digestfile', join(root, 'digest'), image);
  }
}

/** A folder with the packages that the layers install, of 300 files each. */
async function packages() {
  const folder = join(scratch, 'packages');
  mkdirSync(folder);
  for (const name of PACKAGES.flat()) {
    const files = Array.from({ length: 300 }, (_, index) => {
      const lines = Array.from({ length: 400 }, (_, line) => `${name} ${index} ${line}`);
      return [`/usr/share/${name}/${index}`, `${lines.join('\n')}\n`];
    });
    const rpm = await buildRpm({ name, version: '1.0', release: '1', files: Object.fromEntries(files) });
    copyFileSync(rpm, join(folder, basename(rpm)));
  }
  await createRepository(folder);
  return folder;
}

/** A mirror of packages that is as far away as mirrors are, and as fast. */
async function serve(folder) {
  const server = createServer(({ url }, response) => {
    const path = join(folder, url);
    if (!existsSync(path)) return response.writeHead(404).end();
    const bytes = readFileSync(path);
    setTimeout(() => response.end(bytes), LATENCY + bytes.length / RATE);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

/** Pools that share three layers, three packages each, and end in a label and packages of their own. */
async function repository(pools, mark) {
  const root = join(scratch, `${pools}-${mark}`);
  mkdirSync(join(root, 'layers'), { recursive: true });
  const install = (names) => ({ packages: { install: names, from: ['bench'] } });
  const source = {
    repository: { id: 'bench', baseurl: `http://127.0.0.1:${mirror.address().port}`, gpgcheck: false },
  };
  const layers = PACKAGES.slice(0, 3).map((names, index) => ({
    kind: 'Layer',
    name: `with-${names[0]}`,
    steps: index === 0 ? [source, install(names)] : [install(names)],
  }));
  const all = Array.from({ length: pools }, (_, pool) => ({
    kind: 'Pool',
    name: `pool-${pool}`,
    release: '4.18.3',
    layers: [
      ...layers.map(({ name }) => name),
      {
        name: 'own',
        steps: [{ labels: { 'com.example.bench': `${pools} ${mark} ${pool}` } }, install(PACKAGES[3])],
      },
    ],
    target: { machineConfig: { image: `${registry.host}/os/pool-${pool}` } },
  }));
  const release = { kind: 'Release', name: '4.18.3', amd64: { 'rhel-coreos': base } };
  const text = [release, ...layers, ...all].map((document) => JSON.stringify(document)).join('\n---\n');
  writeFileSync(join(root, 'layers', 'pools.yaml'), `${text}\n`);
  await run(process.execPath, CLI, '--directory', root, 'synth');
  return root;
}

async function removeImages() {
  const ids = (await run('buildah', 'images', '--all', '--quiet', '--no-trunc')).split('\n');
  const kept = (await run('buildah', 'inspect', '--type=image', '--format', '{{.FromImageID}}', base)).trim();
  const others = [...new Set(ids.filter((id) => id !== '' && !id.includes(kept)))];
  // What others are made from cannot go before them, which is said by an exit code.
  if (others.length > 0) spawnSync('buildah', ['rmi', '--force', ...others], { env });
}

async function run(command, ...args) {
  // Not synchronously: the packages are served by this process.
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 1 << 28 });
  return stdout;
}

async function timed(times, work) {
  const started = performance.now();
  await work();
  times?.push(performance.now() - started);
}

function report(what, most, { ours, buildah }) {
  const [own, plain] = [median(ours), median(buildah)];
  const ratio = own / plain;
  const verdict = ratio <= most ? '' : ', which it is not';
  const load = `load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`;
  process.stdout.write(
    `${what.padEnd(36)} layers ${seconds(own)}, buildah ${seconds(plain)}: ratio ${ratio.toFixed(2)} (at most ${most}${verdict}); medians of ${ours.length}, ${load}\n`,
  );
  return ratio <= most;
}

function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
