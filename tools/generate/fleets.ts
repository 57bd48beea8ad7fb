import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fence, NOTICE } from './markdown.ts';

const FLEETS = [
  {
    scenario: 'one-cluster',
    title: 'One cluster, one hotfix',
    text: 'Both pools have the same layer, so there is one build, and each pool names the image in its own repository.',
    manifest: 'worker.k8s.yaml',
  },
  {
    scenario: 'twelve-clusters',
    title: 'Twelve clusters in three environments',
    text: 'A release and registries an environment, shared layers, and a canary that the rest of production follows: its pools take the images that the canary has proven, by `layers pin promote`. How such a fleet is upgraded is told in [several clusters](fleets.md).',
    manifest: 'prod-eu-1/worker.k8s.yaml',
  },
  {
    scenario: 'gpu-realtime-and-edge',
    title: 'Special nodes, and a single one',
    text: "A kernel module that is built in the release's own driver toolkit, a pool with the realtime kernel, one whose kernel is replaced, and a cluster of one node. The two pools with equal layers share a build, across both clusters.",
    manifest: 'factory/realtime.k8s.yaml',
  },
] as const;

/** docs/three-fleets.md: whole inputs, as test/scenarios/ has them. */
export function fleetsPage(): string {
  return [
    NOTICE,
    '# Three fleets\n',
    'Each is all of its `layers/`, and what `layers synth` makes of it. They are in `test/scenarios/`, where a test compares every',
    'byte. A z-stream upgrade of a cluster or an environment is one line in each: its `release`.\n',
    ...FLEETS.flatMap(({ scenario, title, text, manifest }) => {
      const folder = join('test/scenarios', scenario);
      const dist = join(folder, 'expected/dist');
      return [
        `## ${title}\n`,
        `${text}\n`,
        fence('yaml', inputOf(join(folder, 'input/layers'))),
        'What is written:\n',
        fence('text', tree(dist)),
        `\`dist/${manifest}\`:\n`,
        fence('yaml', readFileSync(join(dist, manifest), 'utf8')),
      ];
    }),
  ].join('\n');
}

function inputOf(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files
    .sort()
    .map((name) => `# layers/${name}\n${readFileSync(join(folder, name), 'utf8')}`)
    .join('---\n');
}

function tree(dist: string): string {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return files
    .map(({ parentPath, name }) => join('dist', parentPath.slice(dist.length), name))
    .sort()
    .join('\n');
}
