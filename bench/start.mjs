// How long `layers --help` takes, against `node -e 0`: medians of one run, the two by turns.
import { spawnSync } from 'node:child_process';

const RUNS = 21;
const commands = { node: ['-e', '0'], layers: ['lib/layers.js', '--help'] };
const times = { node: [], layers: [] };
for (let run = -2; run < RUNS; run++) {
  for (const [name, args] of Object.entries(commands)) {
    const start = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    // The first ones warm the file cache.
    if (run >= 0) times[name].push(Number(process.hrtime.bigint() - start) / 1e6);
  }
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const node = median(times.node);
const layers = median(times.layers);
process.stdout.write(
  `node -e 0      ${node.toFixed(1)} ms\nlayers --help  ${layers.toFixed(1)} ms\nratio          ${(layers / node).toFixed(2)} (at most 2)\n`,
);
process.exitCode = layers / node <= 2 ? 0 : 1;
