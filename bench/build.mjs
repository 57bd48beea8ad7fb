// What `layers build` takes against buildah alone, with the same Containerfiles, base and registry: `npm run bench:build`.
// Medians of one run, by turns: each of the two begins with a store that has the base and nothing else, but for the no-op.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { register } from 'tsx/esm/api';

register();
const { startRegistry } = await import('../test/fixtures/registry.ts');
const { baseRef, ensureBase } = await import('../test/fixtures/base.ts');
const { ensurePackages } = await import('../test/fixtures/packages.ts');

const RUNS = Number(process.env.RUNS) || 5;
const CLI = resolve('lib/layers.js');
const scratch = mkdtempSync(join(tmpdir(), 'layers-bench-'));
await ensurePackages();
await ensureBase();
const registry = await startRegistry({ withBase: true });
const base = await baseRef(registry);
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
  run('buildah', 'pull', '--quiet', '--tls-verify=false', base);
  // What has no name goes with the last image that is made from it.
  run('buildah', 'tag', base, 'localhost/base');
  let good = true;
  good = report('one pool', 1.05, compare(1, fresh)) && good;
  good = report('ten pools that share three layers', 0.5, compare(10, fresh)) && good;
  good = report('20 pools, nothing to build', 0.1, compare(20, unchanged)) && good;
  process.exitCode = good ? 0 : 1;
} finally {
  spawnSync('umount', ['--lazy', join(scratch, 'store', 'overlay')]);
  rmSync(scratch, { recursive: true, force: true });
  await registry.stop();
}

/** Both from a store that has the base only, to a registry that has none of the images. */
function fresh({ ours, buildah }, times, turn) {
  for (const [name, work] of turn % 2 === 0 ? [ours, buildah] : [buildah, ours]) {
    removeImages();
    timed(times?.[name], work);
  }
}

/** Both when all is built and pushed already. */
function unchanged({ ours, buildah }, times) {
  if (times === undefined) removeImages();
  for (const [name, work] of [ours, buildah]) timed(times?.[name], work);
}

function compare(pools, how) {
  const times = { ours: [], buildah: [] };
  // What is built has another content each time; for what is not to be built again it is the same.
  const root = how === unchanged ? repository(pools, 'same') : undefined;
  for (let turn = -1; turn < RUNS; turn++) {
    const at = root ?? repository(pools, `turn-${turn}`);
    const both = {
      ours: ['ours', () => run(process.execPath, CLI, '--directory', at, 'build', '--pin')],
      buildah: ['buildah', () => loop(at)],
    };
    how(both, turn < 0 ? undefined : times, turn);
  }
  return times;
}

/** What people write: a build and a push for each pool, one after the other. */
function loop(root) {
  for (const hash of readdirSync(join(root, 'dist/builds')).sort()) {
    const folder = join(root, 'dist/builds', hash);
    const image = `${registry.host}/plain/${hash}:1`;
    run(
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
    run('buildah', 'push', '--tls-verify=false', '--digestfile', join(root, 'digest'), image);
  }
}

/** Pools that share three layers, of some hundred files each, and end in one of their own. */
function repository(pools, mark) {
  const root = join(scratch, `${pools}-${mark}`);
  mkdirSync(join(root, 'layers'), { recursive: true });
  const layers = [1, 2, 3].map((layer) => ({
    kind: 'Layer',
    name: `shared-${layer}`,
    steps: [work(`/usr/share/shared-${layer}`, `${pools} ${mark} ${layer}`)],
  }));
  const all = Array.from({ length: pools }, (_, pool) => ({
    kind: 'Pool',
    name: `pool-${pool}`,
    release: '4.18.3',
    layers: [
      ...layers.map(({ name }) => name),
      { name: 'own', steps: [work('/usr/share/own', `${pools} ${mark} own ${pool}`)] },
    ],
    target: { machineConfig: { image: `${registry.host}/os/pool-${pool}` } },
  }));
  const release = { kind: 'Release', name: '4.18.3', amd64: { 'rhel-coreos': base } };
  const text = [release, ...layers, ...all].map((document) => JSON.stringify(document)).join('\n---\n');
  writeFileSync(join(root, 'layers', 'pools.yaml'), `${text}\n`);
  run(process.execPath, CLI, '--directory', root, 'synth');
  return root;
}

/** A step that writes some hundred files and reads them again. */
function work(folder, mark) {
  const commands = [
    `mkdir -p ${folder}`,
    `for file in $(seq 1 400); do seq 1 2000 | sed "s/^/${mark} $file /" > ${folder}/$file; done`,
    `find ${folder} -type f | xargs sha256sum > ${folder}/sums`,
  ];
  return { run: { reason: 'some work', commands } };
}

function removeImages() {
  const [, ...ids] = [base, ...run('buildah', 'images', '--all', '--quiet', '--no-trunc').split('\n')];
  const kept = run('buildah', 'inspect', '--type=image', '--format', '{{.FromImageID}}', base).trim();
  const others = [...new Set(ids.filter((id) => id !== '' && !id.includes(kept)))];
  if (others.length > 0) spawnSync('buildah', ['rmi', '--force', ...others], { env });
}

function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')}\nended with ${status}:\n${stderr.slice(-3000)}`);
  return stdout;
}

function timed(times, work) {
  const started = performance.now();
  work();
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
