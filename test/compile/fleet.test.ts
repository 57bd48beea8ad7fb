import { describe, expect, it } from 'vitest';
import { effectivePool } from '../../src/compile/effective.ts';
import { pulledFrom } from '../../src/compile/images.ts';
import { instancesOf } from '../../src/compile/instances.ts';
import { collect } from '../../src/spec/library.ts';
import { formatPoolId } from '../../src/values/pool-id.ts';
import { compareReleases, type ReleaseVersion } from '../../src/values/release-version.ts';

const CLUSTERS = [
  { kind: 'Cluster', name: 'dev', labels: { env: 'dev' }, release: '4.20.1' },
  { kind: 'Cluster', name: 'prod-1', labels: { env: 'prod', region: 'eu' } },
  { kind: 'Cluster', name: 'prod-2', labels: { env: 'prod', region: 'us' }, topology: 'sno' },
];

function libraryOf(...documents: object[]) {
  const collected = collect(
    documents.map((data, document) => ({ data, origin: { file: 'layers/a.yaml', document } })),
  );
  expect(collected.diagnostics).toEqual([]);
  return collected.library;
}

function identities(...documents: object[]) {
  const { instances, diagnostics } = instancesOf(libraryOf(...documents));
  const names = instances.map(({ pool, cluster }) =>
    formatPoolId({ ...(cluster && { cluster: cluster.value.name }), pool: pool.value.name }),
  );
  return { names, codes: diagnostics.map(({ code }) => code) };
}

describe('a pool', () => {
  it('is in the one unnamed cluster where there are no Cluster documents', () => {
    expect(identities({ kind: 'Pool', name: 'worker' }).names).toEqual(['worker']);
  });

  it('is in every cluster, but for single nodes, which have a master only', () => {
    const pools = [
      { kind: 'Pool', name: 'worker' },
      { kind: 'Pool', name: 'master' },
    ];
    expect(identities(...CLUSTERS, ...pools).names).toEqual([
      'dev/master',
      'dev/worker',
      'prod-1/master',
      'prod-1/worker',
      'prod-2/master',
    ]);
  });

  it('is in the clusters it names', () => {
    expect(identities(...CLUSTERS, { kind: 'Pool', name: 'gpu', clusters: ['prod-1'] }).names).toEqual([
      'prod-1/gpu',
    ]);
  });

  it('is in the clusters that have all the labels it names', () => {
    const labels = { env: 'prod', region: 'eu' };
    expect(identities(...CLUSTERS, { kind: 'Pool', name: 'gpu', clusters: { labels } }).names).toEqual([
      'prod-1/gpu',
    ]);
  });

  it('that names a cluster that is not there is told', () => {
    expect(identities(...CLUSTERS, { kind: 'Pool', name: 'gpu', clusters: ['prod-9'] }).codes).toEqual([
      'unknown-cluster',
    ]);
    expect(identities({ kind: 'Pool', name: 'gpu', clusters: ['prod-9'] }).codes).toEqual([
      'unknown-cluster',
    ]);
  });
});

describe('labels that select no cluster', () => {
  const found = (documents: readonly object[], ...others: object[]) =>
    instancesOf(libraryOf(...documents, ...others)).diagnostics;
  const pool = (labels: object) => ({ kind: 'Pool', name: 'gpu', clusters: { labels } });

  it.each(['Pool', 'PoolDefaults'])('are an error at their place where no cluster has one: %s', (kind) => {
    const { name, ...rest } = pool({ env: 'prdo', region: 'eu' });
    const document = { ...rest, kind, ...(kind === 'Pool' && { name }) };
    expect(found([document], ...CLUSTERS)).toMatchObject([
      {
        code: 'unknown-cluster',
        severity: 'error',
        message: 'no cluster has the label env: prdo',
        hint: 'Did you mean env: prod?',
        origin: { document: 0, path: ['clusters', 'labels', 'env'] },
      },
    ]);
  });

  it('are told which there are', () => {
    expect(found([pool({ tier: 'gold' })], ...CLUSTERS)).toMatchObject([
      { hint: 'Known are: env: dev, env: prod, region: eu, region: us.' },
    ]);
    expect(found([pool({ tier: 'gold' })], { kind: 'Cluster', name: 'a' })).toMatchObject([
      { hint: 'No Cluster document has labels.' },
    ]);
  });

  it.each([{ env: 'prod' }, {}])('are an error where there are no Cluster documents: %j', (labels) => {
    for (const document of [pool(labels), { kind: 'PoolDefaults', clusters: { labels } }]) {
      expect(found([document])).toMatchObject([
        { code: 'unknown-cluster', severity: 'error', hint: 'There are no Cluster documents.' },
      ]);
    }
  });

  it('are a warning where clusters have them, and none has all', () => {
    expect(found([pool({ env: 'dev', region: 'eu' })], ...CLUSTERS)).toMatchObject([
      { code: 'no-cluster-selected', severity: 'warning', origin: { path: ['clusters', 'labels'] } },
    ]);
  });

  it('are a warning where they select single nodes only, and the pool is not master', () => {
    const us = pool({ region: 'us' });
    expect(found([us], ...CLUSTERS)).toMatchObject([
      { code: 'no-cluster-selected', message: expect.stringContaining('prod-2') },
    ]);
    expect(found([{ ...us, name: 'master' }], ...CLUSTERS)).toEqual([]);
    expect(found([pool({ env: 'prod' })], ...CLUSTERS)).toEqual([]);
  });

  it('are not judged while a Cluster document has errors', () => {
    const broken = collect([
      { data: pool({ env: 'prod' }), origin: {} },
      { data: { kind: 'Cluster', name: 'prod-1', lables: { env: 'prod' } }, origin: {} },
    ]);
    expect(instancesOf(broken.library).diagnostics).toEqual([]);
  });
});

describe('a pool on a single node', () => {
  const naming = (name: string, clusters: object) =>
    identities(...CLUSTERS, { kind: 'Pool', name, clusters });

  it('is an error where it is named, and is not master', () => {
    expect(naming('gpu', ['prod-1', 'prod-2'])).toEqual({
      names: ['prod-1/gpu'],
      codes: ['pool-not-on-sno'],
    });
    expect(naming('master', ['prod-2'])).toEqual({ names: ['prod-2/master'], codes: [] });
  });

  it('is left out where labels select it', () => {
    expect(naming('gpu', { labels: { env: 'prod' } })).toEqual({ names: ['prod-1/gpu'], codes: [] });
  });
});

describe("a pool's release", () => {
  const target = { machineConfig: { image: 'registry.example.com/os' } };
  const layers = [{ name: 'a', steps: [{ packages: { install: ['a'] } }] }];
  const releaseIn = (cluster: string, pool: object, ...defaults: object[]) => {
    const library = libraryOf(...CLUSTERS, ...defaults, {
      kind: 'Pool',
      name: 'worker',
      target,
      layers,
      ...pool,
    });
    const { effective } = effectivePool(library.pools[0]!, library, library.clusters.get(cluster));
    return effective?.release;
  };
  const forAll = { kind: 'PoolDefaults', release: '4.18.1' };
  const forProd = { kind: 'PoolDefaults', release: '4.19.1', clusters: { labels: { env: 'prod' } } };

  it('is the one of the defaults', () => {
    expect(releaseIn('prod-1', {}, forAll)).toBe('4.18.1');
  });

  it('is that of the defaults for its cluster before that of the defaults for all, in any order', () => {
    expect(releaseIn('prod-1', {}, forAll, forProd)).toBe('4.19.1');
    expect(releaseIn('prod-1', {}, forProd, forAll)).toBe('4.19.1');
  });

  it("is its cluster's before any defaults", () => {
    expect(releaseIn('dev', {}, forAll)).toBe('4.20.1');
  });

  it('is its own before all others', () => {
    expect(releaseIn('dev', { release: '4.17.9' }, forAll)).toBe('4.17.9');
  });
});

describe('an image', () => {
  const registry = (push: string, pull?: string) => {
    const [cluster] = [
      ...libraryOf({
        kind: 'Cluster',
        name: 'a',
        registry: { push, ...(pull && { pull }) },
      }).clusters.values(),
    ];
    return cluster!.value;
  };

  it('is pulled from the mirror of the registry that it is below', () => {
    const cluster = registry('core.example.com/os', 'mirror.example.com/core/os');
    expect(pulledFrom('core.example.com/os/worker', cluster)).toBe('mirror.example.com/core/os/worker');
  });

  it('of another registry is pulled from there', () => {
    const cluster = registry('core.example.com/os', 'mirror.example.com/os');
    expect(pulledFrom('core.example.com/os-dev/worker', cluster)).toBe('core.example.com/os-dev/worker');
    expect(pulledFrom('core.example.com/os/worker', registry('core.example.com/os'))).toBe(
      'core.example.com/os/worker',
    );
    expect(pulledFrom('core.example.com/os/worker', undefined)).toBe('core.example.com/os/worker');
  });
});

describe('releases', () => {
  it.each([
    ['4.18.9', '4.18.10'],
    ['4.9.1', '4.18.0'],
    ['4.22.9', '5.0.0'],
    ['5.0.0-rc.1', '5.0.0'],
    ['5.0.0-rc.2', '5.0.0-rc.10'],
    ['5.0.0-ec.3', '5.0.0-rc.1'],
  ])('%s comes before %s', (earlier, later) => {
    expect(compareReleases(earlier as ReleaseVersion, later as ReleaseVersion)).toBeLessThan(0);
    expect(compareReleases(later as ReleaseVersion, earlier as ReleaseVersion)).toBeGreaterThan(0);
  });

  it('are equal to themselves', () => {
    expect(compareReleases('4.19.3' as ReleaseVersion, '4.19.3' as ReleaseVersion)).toBe(0);
  });
});
