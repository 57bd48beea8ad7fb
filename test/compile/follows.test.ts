import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { LayersError } from '../../src/diagnostics.ts';
import { formatPath } from '../../src/diagnostics.ts';
import { ownApp } from '../../src/synth/own-app.ts';
import { formatPoolId } from '../../src/values/pool-id.ts';
import { LAYER, RELEASES } from '../synth/documents.ts';
import { asText, temporaryRepository } from '../synth/temporary-repository.ts';

const IMAGE = { machineConfig: {} };
const ON_CLUSTER = {
  machineOSConfig: {
    renderedImagePushSpec: 'registry.example.com/os/x:latest',
    renderedImagePushSecret: { name: 'push' },
  },
};
const JOB = {
  job: { namespace: 'os-builds', builder: 'registry.example.com/buildah:1.39', pushSecret: 'push' },
};

const cluster = (name: string, env = 'prod') => ({
  kind: 'Cluster',
  name,
  labels: { env },
  registry: { push: `${name}.example.com/os` },
});
const defaults = (rest: object = {}) => ({
  kind: 'PoolDefaults',
  release: '4.19.3',
  layers: ['tools'],
  target: IMAGE,
  ...rest,
});
const pool = (name: string, rest: object = {}) => ({ kind: 'Pool', name, ...rest });

function appOf(...documents: object[]) {
  const text = [RELEASES, LAYER, ...documents.map((document) => stringify(document))].join('---\n');
  return ownApp(temporaryRepository({ 'layers/a.yaml': text }).root);
}

/** Who follows whom, by identity. */
function followers(...documents: object[]): Record<string, string | undefined> {
  const app = appOf(...documents);
  app.render();
  return Object.fromEntries(app.compiled.map(({ id, follows }) => [formatPoolId(id), follows]));
}

/** What is wrong, each as `code path: message`. */
function errors(...documents: object[]): string[] {
  try {
    appOf(...documents).render();
  } catch (error) {
    return (error as LayersError).diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ code, origin, message }) => `${code} ${formatPath(origin?.path)}: ${message}`);
  }
  return [];
}

describe('a pool that follows', () => {
  it('names a pool of another cluster', () => {
    expect(
      followers(cluster('canary'), cluster('prod'), defaults(), pool('worker', { follows: 'canary/worker' })),
    ).toEqual({ 'canary/worker': undefined, 'prod/worker': 'canary/worker' });
  });

  it('or a cluster, for the pool of its own name there: so that defaults can say it of all', () => {
    expect(
      followers(
        cluster('canary'),
        cluster('dev', 'dev'),
        cluster('prod'),
        defaults(),
        { kind: 'PoolDefaults', clusters: { labels: { env: 'prod' } }, follows: 'canary' },
        pool('master'),
        pool('worker'),
      ),
    ).toEqual({
      'canary/master': undefined,
      'canary/worker': undefined,
      'dev/master': undefined,
      'dev/worker': undefined,
      'prod/master': 'canary/master',
      'prod/worker': 'canary/worker',
    });
  });

  it('or a pool of the one unnamed cluster', () => {
    const image = (name: string) => ({ target: { machineConfig: { image: `q.io/os/${name}` } } });
    expect(
      followers(
        defaults(),
        pool('canary', image('canary')),
        pool('worker', { follows: 'canary', ...image('worker') }),
      ),
    ).toEqual({ canary: undefined, worker: 'canary' });
  });

  it('or the pool that extends it, which then leads', () => {
    const image = (name: string) => ({ target: { machineConfig: { image: `q.io/os/${name}` } } });
    expect(
      followers(
        defaults(),
        pool('worker', { follows: 'canary', ...image('worker') }),
        pool('canary', { extends: 'worker', ...image('canary') }),
      ),
    ).toEqual({ canary: undefined, worker: 'canary' });
  });

  it('may be followed itself, and is left out by follows: none', () => {
    expect(
      followers(
        cluster('canary'),
        cluster('staging'),
        cluster('prod'),
        defaults({ follows: 'canary' }),
        { kind: 'PoolDefaults', clusters: ['prod'], follows: 'staging' },
        pool('worker'),
        pool('gpu', { clusters: ['prod'], follows: 'none' }),
      ),
    ).toEqual({
      'canary/worker': undefined,
      'staging/worker': 'canary/worker',
      'prod/worker': 'staging/worker',
      'prod/gpu': undefined,
    });
  });

  it('has the hash, the files and the bytes of one that does not, and no Job', () => {
    const documents = (rest: object) =>
      asText(
        appOf(cluster('canary'), cluster('prod'), defaults({ build: JOB, ...rest }), pool('worker')).render(),
      );
    const [alone, following] = [documents({}), documents({ follows: 'canary' })];
    const paths = Object.keys(alone);
    const jobs = paths.filter((path) => path.endsWith('.k8s.yaml'));
    expect(jobs).toHaveLength(2);
    const kept = jobs.filter((path) => path in following);
    expect(kept).toHaveLength(1);
    expect(following[kept[0]!]).toContain('canary.example.com/os/worker');
    expect(Object.keys(following)).toEqual(paths.filter((path) => path in following));
    const changed = Object.keys(following).filter((path) => following[path] !== alone[path]);
    expect(changed).toEqual(['prod/worker.build']);
    expect(JSON.parse(following['prod/worker.build']!)).toEqual({
      ...JSON.parse(alone['prod/worker.build']!),
      follows: 'canary/worker',
    });
  });
});

describe('what cannot be followed', () => {
  const two = [cluster('canary'), cluster('prod')];

  it.each([
    ['a pool that is not in that cluster', 'canary/infra', 'there is no pool canary/infra to follow'],
    ['a cluster that is not there', 'canery', 'there is no pool canery/worker to follow'],
  ])('is %s', (_, follows, message) => {
    expect(errors(...two, defaults(), pool('worker', { follows }))).toEqual([
      `unknown-leader follows: ${message}`,
    ]);
  });

  it('is what is no name at all', () => {
    expect(errors(...two, defaults(), pool('worker', { follows: 'a/b/c' }))).toEqual([
      'invalid-value follows: "a/b/c" is not a pool to follow',
    ]);
  });

  it('is the pool itself', () => {
    const image = { machineConfig: { image: 'q.io/os/worker' } };
    expect(errors(defaults({ target: image }), pool('worker', { follows: 'worker' }))).toEqual([
      'follows-itself follows: worker follows itself, and no other pool follows it',
    ]);
    const alone = pool('worker', { clusters: ['prod'], follows: 'prod/worker' });
    expect(errors(...two, defaults(), alone)).toEqual([
      'follows-itself follows: prod/worker follows itself, and no other pool follows it',
    ]);
  });

  it('is a follower of its own followers, told once', () => {
    expect(
      errors(
        ...two,
        cluster('edge'),
        defaults(),
        ...(['canary edge', 'prod canary', 'edge prod'] as const).map((pair) => {
          const [name, follows] = pair.split(' ') as [string, string];
          return { kind: 'PoolDefaults', clusters: [name], follows };
        }),
        pool('worker'),
      ),
    ).toEqual(['follows-itself follows: canary/worker follows itself, by way of edge/worker, prod/worker']);
  });

  it('is a pool that the cluster builds, and such a pool follows nobody', () => {
    expect(
      errors(
        ...two,
        defaults(),
        pool('worker', { follows: 'canary/infra' }),
        pool('infra', { target: ON_CLUSTER }),
      ),
    ).toEqual([
      'leader-not-ours follows: the cluster builds canary/infra itself, from its MachineOSConfig: it has no pin to promote',
    ]);
    expect(errors(...two, defaults({ follows: 'canary' }), pool('infra', { target: ON_CLUSTER }))).toEqual([
      'follows-not-ours follows: the cluster builds infra itself, from its MachineOSConfig: it has no pin to promote',
    ]);
    const left = pool('infra', { target: ON_CLUSTER, follows: 'none' });
    expect(errors(...two, defaults({ follows: 'canary' }), left)).toEqual([]);
  });

  it('is not said of a leader that has errors of its own', () => {
    const broken = pool('infra', { clusters: ['canary'], layers: ['nothing'] });
    expect(errors(...two, defaults(), pool('worker', { follows: 'canary/infra' }), broken)).toEqual([
      'unknown-layer layers[0]: there is no layer nothing',
    ]);
  });
});
