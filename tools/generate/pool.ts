import { DOCUMENTS } from '../../src/spec/document.ts';
import { lockFile, printPoolLock } from '../../src/spec/lock.ts';
import { TARGETS } from '../../src/targets/index.ts';
import { fence, NOTICE, table, yaml } from './markdown.ts';
import { compileFiles, RELEASE, samplePin } from './render.ts';
import { keysOf } from './schema.ts';

const LAYER = {
  kind: 'Layer',
  name: 'remote-logs',
  steps: [{ packages: { install: ['rsyslog'] } }],
};

const pool = (name: string, rest: object) => ({
  kind: 'Pool',
  name,
  release: RELEASE.name,
  layers: [LAYER.name],
  ...rest,
});

const machineConfig = (name: string) => ({ machineConfig: { image: `registry.example.com/os/${name}` } });

const POOLS = {
  worker: pool('worker', { target: machineConfig('worker') }),
  infra: pool('infra', {
    target: {
      machineOSConfig: {
        renderedImagePushSpec: 'registry.example.com/os/infra:latest',
        renderedImagePushSecret: { name: 'os-push' },
      },
    },
  }),
  edge: pool('edge', {
    build: {
      job: {
        namespace: 'os-builds',
        builder: 'registry.example.com/tools/buildah:1.39',
        pushSecret: 'os-push',
      },
    },
    target: machineConfig('edge'),
  }),
};

/** docs/reference/pool.md */
export function poolPage(): string {
  const documents = yaml(RELEASE, LAYER, ...Object.values(POOLS));
  const unpinned = compileFiles({ 'layers/all.yaml': documents });
  const hash = unpinned.pools.find((compiled) => compiled.pool.name === 'worker')!.hash;
  const lock = printPoolLock({ pools: { worker: samplePin(hash) }, unpushed: {} }, 'worker')!;
  const { dist } = compileFiles({ 'layers/all.yaml': documents, [lockFile('worker')]: lock });
  const job = [...dist.keys()].find((path) => path.startsWith('builds/') && path.endsWith('.k8s.yaml'))!;
  return [
    NOTICE,
    '# Pool\n',
    'A pool is a MachineConfigPool whose nodes get one image, of layers. Layers are written in',
    '[documents of their own](layer.md), or in place.\n',
    table(keysOf(DOCUMENTS.Pool).filter(({ path }) => !/^layers\[\]|^target\./.test(path))),
    'Unknown keys are errors. `release`, `layers` and `target` have to be somewhere: here, in what the pool extends, or in',
    'a [PoolDefaults](pool-defaults.md).\n',
    '## Targets\n',
    'The target says how the image reaches the nodes. A pool has exactly one.\n',
    ...Object.values(TARGETS).flatMap(({ name, summary, schema }) => [
      `### ${name}\n`,
      `${summary}\n`,
      table(keysOf(schema)),
    ]),
    '## A pool that is built here\n',
    fence('yaml', yaml(POOLS.worker)),
    'Once `layers build --pin` has pinned a digest, `dist/worker.k8s.yaml` is:\n',
    fence('yaml', dist.get('worker.k8s.yaml')!),
    'Before the first pin there is no MachineConfig. After a change, and until the next pin, the digest stays and the',
    'object has the annotation `cdk8s-os-layers/behind`.\n',
    '## A pool that the cluster builds\n',
    fence('yaml', yaml(POOLS.infra)),
    '`dist/infra.k8s.yaml` is:\n',
    fence('yaml', dist.get('infra.k8s.yaml')!),
    '## A pool that a Job builds\n',
    fence('yaml', yaml(POOLS.edge)),
    `\`dist/builds/\` then has a file with ${kindsIn(dist.get(job)!)} beside the Containerfile. Apply it to the cluster that`,
    'builds, and then run `layers build edge --pin --adopt`: it checks the image that the Job pushed, and pins it.\n',
  ].join('\n');
}

function kindsIn(manifest: string): string {
  const kinds = [...manifest.matchAll(/^kind: (\w+)$/gm)].map((match) => match[1]!);
  return `${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}`;
}
