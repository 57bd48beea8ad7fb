import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LayeredPool } from '../../src/constructs/layered-pool.ts';
import { LayersApp } from '../../src/constructs/layers-app.ts';
import { printManifests } from '../../src/constructs/manifests.ts';
import { OsLayer } from '../../src/constructs/os-layer.ts';
import { PoolTarget } from '../../src/constructs/pool-target.ts';
import type { LayerProps, PoolProps, TargetProps } from '../../src/constructs/props.ts';
import type { LayersError } from '../../src/diagnostics.ts';
import { STEPS } from '../../src/steps/index.ts';
import { ownApp } from '../../src/synth/own-app.ts';
import { TARGETS } from '../../src/targets/index.ts';
import { type Scratch, scratchDirectory } from '../fixtures/scratch.ts';
import { RELEASES } from '../synth/documents.ts';
import { asText } from '../synth/temporary-repository.ts';
import { type Declared, declared, SOURCES, STEP_PROPS } from './generated-pools.ts';

const SETTINGS = { seed: 20261122, numRuns: process.env.LAYERS_SOAK === '1' ? 1_500 : 60 };

let scratch: Scratch;
let count = 0;
const kinds = new Set<string>();
const outcomes = { rendered: 0, refused: 0 };

beforeAll(async () => {
  scratch = await scratchDirectory('front-ends');
});
afterAll(() => scratch.remove());

function repository(yaml: string): string {
  const root = join(scratch.path, String(count++));
  for (const [path, content] of Object.entries(SOURCES)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  writeFileSync(join(root, 'layers/a.yaml'), `${RELEASES}${yaml}`);
  return root;
}

/** The files that an app renders, or the codes of what is wrong: both front ends have to agree on either. */
function outcome(app: LayersApp): Record<string, string> | string[] {
  try {
    const files = asText(app.render());
    outcomes.rendered++;
    return files;
  } catch (error) {
    outcomes.refused++;
    return (error as LayersError).diagnostics.map(({ code, message }) => `${code}: ${message}`).sort();
  }
}

/** By the printer of manifests, which keeps every character; what is undefined is not there. */
const document = (kind: string, props: object) =>
  `---\n${printManifests([JSON.parse(JSON.stringify({ kind, ...props }))])}`;

function fromYaml({ layers, pools }: Declared) {
  const texts = [
    ...layers.map((layer) => document('Layer', layer)),
    ...pools.map((pool) => document('Pool', pool)),
  ];
  return outcome(ownApp(repository(texts.join(''))));
}

/** The same as a program writes it: factories, layers by name or in place, and pools in another order. */
function fromTypeScript({ layers, pools }: Declared) {
  const app = new LayersApp({ root: repository(layers.map((layer) => document('Layer', layer)).join('')) });
  for (const { name, ...props } of [...pools].reverse()) {
    new LayeredPool(app, name, {
      ...props,
      ...(props.layers && { layers: props.layers.map(layerCall) }),
      ...(props.target && { target: targetCall(props.target) }),
    });
  }
  return outcome(app);
}

function layerCall(layer: string | LayerProps): string | LayerProps {
  if (typeof layer === 'string') return layer;
  const [step, ...more] = layer.steps;
  const [kind, props] = Object.entries(step!).find(([, value]) => value !== undefined)!;
  kinds.add(kind);
  if (more.length > 0) return OsLayer.of(layer.name, ...layer.steps);
  return OsLayer[kind as keyof typeof STEPS](layer.name, props as never);
}

function targetCall(target: TargetProps): TargetProps {
  const [kind, props] = Object.entries(target).find(([, value]) => value !== undefined)!;
  return PoolTarget[kind as keyof typeof TARGETS](props as never);
}

describe('YAML documents and TypeScript constructs', () => {
  it('give the same files, or the same errors, for the same pools', () => {
    fc.assert(
      fc.property(declared, (pools) => {
        expect(fromTypeScript(pools)).toEqual(fromYaml(pools));
      }),
      SETTINGS,
    );
  });

  it('share the files of equal builds in one way, in whatever order a program makes its pools', () => {
    const twin = (name: string, reason: string): PoolProps => ({
      name,
      release: '4.19.3',
      layers: [OsLayer.run(`layer-of-${name}`, { reason, commands: ['true'] })],
      build: { job: { namespace: 'os', builder: 'registry.example.com/buildah:1', pushSecret: 'os-push' } },
      target: PoolTarget.machineConfig({ image: 'registry.example.com/os/twins' }),
    });
    const twins = { layers: [], pools: [twin('a', 'one'), twin('b', 'another')] };
    const files = fromTypeScript(twins);
    expect(files).toEqual(fromYaml(twins));
    expect(Object.keys(files).filter((path) => path.endsWith('/Containerfile'))).toHaveLength(1);
    expect(Object.keys(files).filter((path) => path.endsWith('.k8s.yaml'))).toHaveLength(1);
  });

  it('take their values from the same defaults, and the same parents', () => {
    const common = [
      document('PoolDefaults', { release: '4.19.3', layers: ['common'] }),
      document('PoolDefaults', {
        name: 'gpu',
        layers: [{ name: 'gpu', steps: [{ labels: { gpu: 'yes' } }] }],
        target: { machineConfig: { image: 'registry.example.com/os/gpu' } },
      }),
      document('Layer', { name: 'common', steps: [{ packages: { install: ['a'] } }] }),
    ].join('');
    const own = { extends: 'gpu', layers: ['own'], refresh: '1' };
    const layer = document('Layer', { name: 'own', steps: [{ labels: { own: 'yes' } }] });
    const yaml = ownApp(repository(`${common}${layer}${document('Pool', { name: 'worker', ...own })}`));
    const typescript = new LayersApp({ root: repository(`${common}${layer}`) });
    new LayeredPool(typescript, 'worker', own);
    const files = outcome(yaml);
    expect(outcome(typescript)).toEqual(files);
    const containerfile = Object.entries(files).find(([path]) => path.endsWith('/Containerfile'))![1];
    expect(containerfile.match(/(?<=^# )\S+(?=: )/gm)).toEqual(['common', 'gpu', 'own']);
  });

  it('are told the same of a pool that lacks everything, TypeScript by the construct', () => {
    const yaml = ownApp(repository(document('Pool', { name: 'worker' })));
    const typescript = new LayersApp({ root: repository('') });
    new LayeredPool(typescript, 'worker', {});
    expect(outcome(typescript)).toEqual(outcome(yaml));
    expect(typescript.findings.map(({ message, origin }) => [message, origin])).toEqual(
      ['release', 'target', 'layers'].map((key) => [
        `the pool worker has no ${key}`,
        { construct: 'worker', path: ['name'] },
      ]),
    );
  });

  it('were compared for every kind of step and target, and mostly by files rather than errors', () => {
    expect(Object.keys(STEP_PROPS(true)).sort()).toEqual(Object.keys(STEPS).sort());
    expect([...kinds].sort()).toEqual(Object.keys(STEPS).sort());
    expect(Object.keys(PoolTarget).sort()).toEqual(Object.keys(TARGETS).sort());
    expect(outcomes.rendered).toBeGreaterThan(outcomes.refused * 2);
  });
});

describe('rendering', () => {
  it('gives the same bytes twice, from the same app and from a copy of the repository elsewhere', () => {
    fc.assert(
      fc.property(declared, ({ layers, pools }) => {
        const root = repository(
          [
            ...layers.map((layer) => document('Layer', layer)),
            ...pools.map((pool) => document('Pool', pool)),
          ].join(''),
        );
        const app = ownApp(root);
        const first = outcome(app);
        expect(outcome(app)).toEqual(first);
        const copy = join(scratch.path, `copy-${count++}`);
        cpSync(root, copy, { recursive: true });
        expect(outcome(ownApp(copy))).toEqual(first);
      }),
      { ...SETTINGS, numRuns: SETTINGS.numRuns / 3 },
    );
  });

  it('of another pool changes no byte of the pools that were there', () => {
    fc.assert(
      fc.property(declared, ({ layers, pools }) => {
        const all = fromYaml({ layers, pools });
        for (const left of pools) {
          const rest = pools.filter((pool) => pool !== left);
          const others = rest.length === 0 ? {} : fromYaml({ layers, pools: rest });
          if (Array.isArray(all) || Array.isArray(others)) continue;
          expect(all).toMatchObject(others);
        }
      }),
      SETTINGS,
    );
  });
});
