// One pass over the tree against cdk8s's own synth, which resolves and validates all of it again for every chart:
// `npm run bench:synth [-- <pools>…]`. Both write the same tree of pinned LayeredPools, a third of each kind, by turns;
// ours writes the files of the builds as well. Medians of one run.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ApiObject, App } from 'cdk8s';
import { LayeredPool, LayersApp } from '../lib/index.js';

const sizes = process.argv.slice(2).map(Number);
const scratch = mkdtempSync(join(tmpdir(), 'layers-bench-'));
try {
  for (const pools of sizes.length > 0 ? sizes : [300, 1000]) report(pools, pools <= 300 ? 7 : 3);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function report(pools, runs) {
  const root = repository(pools);
  const times = { load: [], render: [], ours: [], stock: [] };
  let size = '';
  // The first one warms the compiler up.
  for (let run = -1; run < runs; run++) {
    const to = run < 0 ? undefined : times;
    const app = timed(to?.load, () => tree(root, join(root, `ours-${run}`)));
    timed(to?.render, () => app.render());
    timed(to?.ours, () => app.synth());
    const same = tree(root, join(root, `stock-${run}`));
    timed(to?.stock, () => App.prototype.synth.call(same));
    size = `${app.charts.length} charts, ${app.node.findAll().filter(ApiObject.isApiObject).length} objects`;
  }
  const [load, render, ours, stock] = Object.values(times).map(median);
  process.stdout.write(
    `${pools} pools (${size}), medians of ${runs}: load and compile ${load.toFixed(0)} ms, ` +
      `render ${render.toFixed(0)} ms, one-pass synth ${ours.toFixed(0)} ms, cdk8s's synth ${stock.toFixed(0)} ms: ` +
      `one pass takes 1/${(stock / ours).toFixed(1)} of the time\n`,
  );
}

function tree(root, outdir) {
  const app = new LayersApp({ root, outdir });
  for (const props of app.pools) new LayeredPool(app, props.name, props);
  return app;
}

/** Pools that share layers as a fleet's do, each with one of its own: built locally, by a Job and by the cluster, by turns. */
function repository(pools) {
  const root = join(scratch, String(pools));
  mkdirSync(join(root, 'layers'), { recursive: true });
  const digest = (number) => `sha256:${number.toString(16).padStart(64, '0')}`;
  const documents = [
    `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/example/os@${digest(1)}", el: "9.6" }
`,
    `kind: Layer
name: shared
steps:
  - hotfix:
      reason: RHEL-12345, journald deadlock
      rpms: [{ url: https://example.com/files/systemd-252-46.el9_4.x86_64.rpm }]
  - packages: { install: [rsyslog, chrony] }
  - files: [{ path: /etc/rsyslog.d/remote.conf, content: "*.* @@logs.example.com:514\\n" }]
`,
  ];
  for (let index = 0; index < pools; index++) {
    const target =
      index % 3 < 2
        ? `machineConfig: { image: registry.example.com/os/pool-${index} }`
        : `machineOSConfig: { renderedImagePushSpec: registry.example.com/os/pool-${index}:latest, renderedImagePushSecret: { name: os-push } }`;
    documents.push(`kind: Pool
name: pool-${index}
release: "4.19.3"
layers:
  - shared
  - { name: own, steps: [{ files: [{ path: /etc/pool, content: "pool ${index}\\n" }] }] }
target: { ${target} }
${index % 3 === 1 ? 'build: { job: { namespace: os-builds, builder: registry.example.com/tools/buildah:1, pushSecret: os-push } }' : ''}
`);
  }
  writeFileSync(join(root, 'layers', 'pools.yaml'), documents.join('---\n'));
  pin(root);
  return root;
}

/** Pins every pool, so that each has an object. */
function pin(root) {
  mkdirSync(join(root, 'layers', 'lock'));
  for (const { by, pool, hash, base } of tree(root).compiled) {
    if (by === 'cluster') continue;
    const pin = {
      image: `registry.example.com/os/${pool.name}`,
      build: hash,
      digest: `sha256:${hash.repeat(2)}`,
      base: `${base.registry}/${base.repository}@${base.digest}`,
      release: '4.19.3',
      origin: 'built',
    };
    const text = JSON.stringify({ format: 1, minimumVersion: '0.1.0', pin });
    writeFileSync(join(root, 'layers', 'lock', `${pool.name}.lock`), text);
  }
}

function timed(times, work) {
  const started = performance.now();
  const result = work();
  times?.push(performance.now() - started);
  return result;
}

function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
