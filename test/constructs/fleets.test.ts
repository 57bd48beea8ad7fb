import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printManifests } from '../../src/constructs/manifests.ts';
import { LayersError } from '../../src/diagnostics.ts';
import { ownApp } from '../../src/synth/own-app.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { RELEASES } from '../synth/documents.ts';
import { asText } from '../synth/temporary-repository.ts';
import { type Declared, declared, SOURCES } from './generated-pools.ts';

/** `npm run test:soak` has the 10,000 that are to load, compile and synth without a crash. */
const NUM_RUNS = process.env.LAYERS_SOAK === '1' ? 10_000 : 150;

interface Fleet extends Declared {
  readonly clusters: readonly { readonly name: string; readonly labels: { readonly env: string } }[];
  readonly defaults: readonly object[];
}

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const env = fc.constantFrom('dev', 'prod');
type Selector = { readonly labels: { readonly env: string } } | readonly string[];

const selector: fc.Arbitrary<Selector | undefined> = optional(
  fc.oneof(
    env.map((value) => ({ labels: { env: value } })),
    fc.constant(['c1']),
  ),
);
const release = optional(fc.constantFrom('4.18.21', '4.19.3'));

const clusters = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom('c1', 'c2', 'c3', 'c4'),
      labels: fc.record({ env }),
      release,
      topology: optional(fc.constantFrom('ha', 'sno')),
      registry: optional(fc.constant({ push: 'core.example.com/os', pull: 'mirror.example.com/os' })),
    })
    // Pools name this one, which is an error for a single node.
    .map((cluster) => (cluster.name === 'c1' ? { ...cluster, topology: undefined } : cluster)),
  { maxLength: 4, selector: ({ name }) => name },
);

const fleet: fc.Arbitrary<Fleet> = fc
  .record({
    declared,
    clusters,
    defaults: fc.array(
      fc.record({
        clusters: selector,
        release,
        refresh: optional(fc.constant('1')),
        follows: fc.constantFrom(...Array.from({ length: 9 }, () => undefined), 'none', 'c1'),
      }),
      { maxLength: 2 },
    ),
    selectors: fc.array(selector, { minLength: 8, maxLength: 8 }),
  })
  .map(({ declared: { layers, pools }, clusters, defaults, selectors }) => {
    // Without a cluster that they select they would only be refused for that.
    const known = (wanted: Selector | undefined) =>
      wanted !== undefined &&
      clusters.some(({ name, labels }) =>
        'labels' in wanted ? labels.env === wanted.labels.env : wanted.includes(name),
      )
        ? wanted
        : undefined;
    return {
      layers,
      pools: pools.map((pool, index) => ({ ...pool, clusters: known(selectors[index % 8]) })),
      clusters,
      defaults: defaults.map((one) => ({ ...one, clusters: known(one.clusters) })),
    };
  });

let scratch: Scratch;
let count = 0;

beforeAll(async () => {
  scratch = await scratchDirectory('fleets');
});
afterAll(() => scratch.remove());

const document = (kind: string, props: object) =>
  `---\n${printManifests([JSON.parse(JSON.stringify({ kind, ...props }))])}`;

/** The files of a fleet; undefined where it is refused, which is never by anything but located errors. */
function render({ layers, pools, clusters, defaults }: Fleet): Record<string, string> | undefined {
  const root = join(scratch.path, String(count++));
  for (const [path, content] of Object.entries(SOURCES)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const documents = [
    ...layers.map((props) => document('Layer', props)),
    ...pools.map((props) => document('Pool', props)),
    ...clusters.map((props) => document('Cluster', props)),
    ...defaults.map((props) => document('PoolDefaults', props)),
  ];
  writeFileSync(join(root, 'layers/all.yaml'), `${RELEASES}${documents.join('')}`);
  try {
    return asText(ownApp(root).render());
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    expect(error.diagnostics.filter(({ source }) => source === 'internal')).toEqual([]);
    return undefined;
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('generated fleets', () => {
  it('load, compile and synth without a crash', () => {
    let rendered = 0;
    fc.assert(
      fc.property(fleet, (generated) => {
        if (render(generated) !== undefined) rendered++;
      }),
      { seed: 20261122, numRuns: NUM_RUNS },
    );
    expect(rendered).toBeGreaterThan(NUM_RUNS / 3);
  });

  it('keep every byte of a cluster when another one comes or goes', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fleet.filter(({ clusters }) => clusters.length > 1),
        (generated) => {
          const [, ...others] = generated.clusters;
          const gone = generated.clusters[0]!.name;
          const all = render(generated);
          // Whoever names the cluster that goes would be told so.
          const without = render({ ...generated, clusters: others });
          if (all === undefined || without === undefined) return;
          compared++;
          const kept = Object.entries(all).filter(
            ([path]) => !path.startsWith(`${gone}/`) && !path.startsWith('builds/'),
          );
          expect(Object.entries(without).filter(([path]) => !path.startsWith('builds/'))).toEqual(kept);
          for (const [path, content] of Object.entries(without))
            expect([path, all[path]]).toEqual([path, content]);
        },
      ),
      { seed: 20261122, numRuns: Math.ceil(NUM_RUNS / 3) },
    );
    expect(compared).toBeGreaterThan(NUM_RUNS / 30);
  });
});
