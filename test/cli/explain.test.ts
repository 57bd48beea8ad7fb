import { describe, expect, it } from 'vitest';
import { BASE, documents, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const POOLS = `kind: PoolDefaults
release: "4.18.21"
layers: [tools]
---
kind: PoolDefaults
name: on-cluster
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
---
kind: Pool
name: infra
extends: on-cluster
layers:
  - name: own
    steps: [{ labels: { team: a } }]
---
kind: Pool
name: worker
release: "4.19.3"
base: q.io/base@sha256:${'1'.repeat(64)}
target: { machineConfig: { image: registry.example.com/os/worker } }
`;

const LAYERS = `kind: Layer
name: tools
steps:
  - packages: { install: [htop] }
  - remove: { packages: [nano] }
`;

const FILES = { 'layers/pools.yaml': POOLS, 'layers/more.yaml': documents(LAYERS, RELEASES) };
const repository = () => temporaryRepository(FILES);

interface Value {
  path: string;
  value: string;
  file: string;
  line: number;
  column: number;
}

const explained = (...args: string[]) => explainedIn(FILES, ...args);

function explainedIn(files: Record<string, string>, ...args: string[]): string[] {
  const { status, stdout, stderr } = temporaryRepository(files).layers(
    'explain',
    ...args,
    '--output',
    'json',
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { pool, values } = JSON.parse(stdout) as { pool: string; values: Value[] };
  expect(pool).toBe(args[0]);
  return values.map(({ path, value, file, line, column }) => `${path} ${value} ${file}:${line}:${column}`);
}

describe('layers explain', () => {
  it('says what a pool is made of, and where each value was written', () => {
    expect(explained('infra')).toEqual([
      'name infra layers/pools.yaml:13:7',
      'extends on-cluster layers/pools.yaml:14:10',
      'release 4.18.21 layers/pools.yaml:2:10',
      `base ${BASE} layers/more.yaml:9:23`,
      'target.machineOSConfig.renderedImagePushSpec registry.example.com/os/infra:latest layers/pools.yaml:9:28',
      'target.machineOSConfig.renderedImagePushSecret.name os-push layers/pools.yaml:10:38',
      'layers[0] tools layers/pools.yaml:3:10',
      'layers[0].steps[0] packages layers/more.yaml:4:5',
      'layers[0].steps[1] remove layers/more.yaml:5:5',
      'layers[1] own layers/pools.yaml:16:5',
      'layers[1].steps[0] labels layers/pools.yaml:17:15',
    ]);
  });

  it("has the pool's own base, and its release, before those of others", () => {
    expect(explained('worker', 'base')).toEqual([
      `base q.io/base@sha256:${'1'.repeat(64)} layers/pools.yaml:22:7`,
    ]);
    expect(explained('worker', 'release')).toEqual(['release 4.19.3 layers/pools.yaml:21:10']);
  });

  it('has what comes from its cluster, and mappings with nothing in them', () => {
    const cluster = `kind: Cluster
name: eu
release: "4.19.3"
registry: { push: core.example.com/os, pull: mirror.example.com/os }
`;
    const fleet = `kind: PoolDefaults
layers: [tools]
target: { machineConfig: {} }
---
kind: Pool
name: worker
`;
    const files = {
      'layers/clusters.yaml': cluster,
      'layers/pools.yaml': fleet,
      'layers/more.yaml': documents(LAYERS, RELEASES),
    };
    expect(explainedIn(files, 'eu/worker').filter((line) => !line.startsWith('layers['))).toEqual([
      'name worker layers/pools.yaml:6:7',
      'release 4.19.3 layers/clusters.yaml:3:10',
      `base ${BASE.replaceAll('4444', '4193')} layers/more.yaml:13:23`,
      'target.machineConfig {} layers/pools.yaml:3:11',
      'target.machineConfig.image core.example.com/os/worker layers/clusters.yaml:4:19',
      'registry.push core.example.com/os layers/clusters.yaml:4:19',
      'registry.pull mirror.example.com/os layers/clusters.yaml:4:46',
    ]);
  });

  it("has worker's image as the base of an on-cluster build from 4.22 on", () => {
    const baseIn = (release: string) =>
      explainedIn(
        {
          'layers/pools.yaml': POOLS.replace('"4.18.21"', release).replace(
            '"4.19.3"\nbase',
            `${release}\nbase`,
          ),
          'layers/more.yaml': documents(LAYERS, RELEASES.replaceAll('"4.19.3"', release)),
        },
        'infra',
        'base',
      );
    expect(baseIn('"4.22.1"')).toEqual(['base registry.example.com/os/worker layers/pools.yaml:23:35']);
    expect(baseIn('"4.21.1"')).toEqual([expect.stringContaining('layers/more.yaml')]);
  });

  it('takes a path: what is at it and below it, and not what only begins alike', () => {
    expect(explained('infra', 'layers[0]').map((line) => line.split(' ')[0])).toEqual([
      'layers[0]',
      'layers[0].steps[0]',
      'layers[0].steps[1]',
    ]);
    expect(explained('infra', 'layers')).toHaveLength(5);
    expect(explained('infra', 'target.machineOSConfig.renderedImagePushSecret')).toHaveLength(1);
  });

  it('prints a line for each, in columns, for people', () => {
    const { stdout } = repository().layers('explain', 'worker', 'layers');
    expect(stdout).toBe(
      [
        'layers[0]           tools     layers/pools.yaml:3:10',
        'layers[0].steps[0]  packages  layers/more.yaml:4:5',
        'layers[0].steps[1]  remove    layers/more.yaml:5:5',
        '',
      ].join('\n'),
    );
  });

  it('writes nothing', () => {
    const explaining = repository();
    explaining.layers('explain', 'worker');
    expect(explaining.dist()).toEqual({});
  });

  it.each([
    [['nobody'], 'there is no pool nobody', 'Known are: infra, worker.'],
    [['on-cluster'], 'there is no pool on-cluster', 'Known are: infra, worker.'],
    [['infra', 'targ'], 'infra has nothing at targ', '`layers explain infra` lists all that it has.'],
    [['infra', 'layers[7]'], 'infra has nothing at layers[7]', '`layers explain infra`'],
  ])('of %j is wrong input', (args, message, hint) => {
    const { status, stdout, stderr } = repository().layers('explain', ...args);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('of a pool that lacks something says so, with its place', () => {
    const lacking = temporaryRepository({ 'layers/a.yaml': 'kind: Pool\nname: worker\n' });
    const { status, stderr } = lacking.layers('explain', 'worker');
    expect(stderr).toContain('layers/a.yaml:2:7 error the pool worker has no release (missing-key)');
    expect(status).toBe(2);
  });

  it('of a pool that is not one for its errors tells these', () => {
    const broken = temporaryRepository({ 'layers/a.yaml': 'kind: Pool\nname: worker\nrelese: "4.19.3"\n' });
    const { status, stderr } = broken.layers('explain', 'worker');
    expect(stderr).toContain('relese is not known here');
    expect(status).toBe(2);
  });
});
