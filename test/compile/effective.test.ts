import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type EffectivePool, effectivePool } from '../../src/compile/effective.ts';
import { formatPath } from '../../src/diagnostics.ts';
import { collect } from '../../src/spec/library.ts';
import { parseYaml } from '../../src/spec/yaml.ts';
import { formatImageRef } from '../../src/values/image-ref.ts';

const target = (name: string) => ({ machineConfig: { image: `q.io/os/${name}` } });
const defaults = (rest: object) => ({ kind: 'PoolDefaults', ...rest });
const pool = (name: string, rest: object) => ({ kind: 'Pool', name, ...rest });
const whole = { release: '4.19.3', layers: ['base'], target: target('default') };

/** The effective pools of these documents, through the same door as `layers synth`. */
function effective(...documents: object[]) {
  const text = documents.map((document) => stringify(document)).join('---\n');
  const { library, diagnostics } = collect(parseYaml(text, 'a.yaml').documents);
  expect(diagnostics).toEqual([]);
  return new Map(library.pools.map((located) => [located.value.name, effectivePool(located, library)]));
}

function only(...documents: object[]): EffectivePool {
  const [[, { effective: found, diagnostics }]] = [...effective(...documents)] as [
    [string, ReturnType<typeof effectivePool>],
  ];
  expect(diagnostics).toEqual([]);
  return found!;
}

const layersOf = (found: EffectivePool) => found.layers.map(({ value }) => value);
const imageOf = (found: EffectivePool) => formatImageRef(found.target.machineConfig!.image!);
const places = (found: EffectivePool) =>
  [...found.origins].map(([key, { document, path }]) => `${key}: ${document} ${formatPath(path)}`).sort();

describe('a pool', () => {
  it('has its own values, then those of what it extends, then the defaults', () => {
    const found = only(
      defaults({ release: '4.18.1', refresh: 'far', target: target('far') }),
      defaults({ name: 'middle', refresh: 'middle', target: target('middle'), layers: ['m'] }),
      pool('worker', { extends: 'middle', target: target('own') }),
    );
    expect(found.release).toBe('4.18.1');
    expect(found.refresh).toBe('middle');
    expect(imageOf(found)).toBe('q.io/os/own');
    expect(places(found)).toEqual(['refresh: 1 refresh', 'release: 0 release', 'target: 2 target']);
  });

  it('takes a value as a whole: a target of its own has nothing of another', () => {
    const found = only(
      defaults({ ...whole, build: { job: { namespace: 'x', builder: 'q.io/b:1', pushSecret: 'x' } } }),
      pool('worker', { build: 'local', target: { machineConfig: { image: 'q.io/os/own' } } }),
    );
    expect(found.build).toBe('local');
    expect(found.target).toEqual({ machineConfig: { image: { registry: 'q.io', repository: 'os/own' } } });
  });

  it('has the layers of all, the farthest first, each with its place', () => {
    const inPlace = { name: 'own', steps: [{ labels: { a: 'b' } }] };
    const found = only(
      defaults({ ...whole, layers: ['d1', 'd2'] }),
      defaults({ name: 'far', layers: ['f'] }),
      defaults({ name: 'near', extends: 'far', layers: ['n1', 'n2'] }),
      pool('worker', { extends: 'near', layers: [inPlace, 'w'] }),
    );
    expect(layersOf(found)).toEqual(['d1', 'd2', 'f', 'n1', 'n2', inPlace, 'w']);
    expect(found.layers.map(({ origin }) => `${origin.document} ${formatPath(origin.path)}`)).toEqual([
      '0 layers[0]',
      '0 layers[1]',
      '1 layers[0]',
      '2 layers[0]',
      '2 layers[1]',
      '3 layers[0]',
      '3 layers[1]',
    ]);
  });

  it('may extend a pool, whose name and place it does not take', () => {
    const pools = effective(
      pool('canary', { extends: 'worker', refresh: '1' }),
      pool('worker', { ...whole, layers: ['w'] }),
    );
    const { effective: canary } = pools.get('canary')!;
    expect(canary).toMatchObject({ name: 'canary', release: '4.19.3', refresh: '1' });
    expect(layersOf(canary!)).toEqual(['w']);
    expect(pools.get('worker')!.effective!.refresh).toBeUndefined();
  });

  it('takes nothing of defaults with a name that it does not extend', () => {
    const found = only(defaults(whole), defaults({ name: 'x', refresh: 'x', layers: ['x'] }), pool('a', {}));
    expect(found.refresh).toBeUndefined();
    expect(layersOf(found)).toEqual(['base']);
  });

  it('has several defaults without a name one after the other', () => {
    const found = only(
      defaults({ ...whole, refresh: '1' }),
      defaults({ refresh: '2', layers: ['more'] }),
      pool('a', {}),
    );
    expect(found.refresh).toBe('2');
    expect(layersOf(found)).toEqual(['base', 'more']);
  });

  it('has what both the defaults and itself extend once, where it is farthest', () => {
    const found = only(
      defaults({ name: 'common', layers: ['common'] }),
      defaults({ ...whole, extends: 'common' }),
      pool('a', { extends: 'common', layers: ['own'] }),
    );
    expect(layersOf(found)).toEqual(['common', 'base', 'own']);
  });
});

describe('what is wrong', () => {
  const wrong = (name: string, ...documents: object[]) => {
    const { effective: found, diagnostics } = effective(...documents).get(name)!;
    expect(found).toBeUndefined();
    return diagnostics.map(
      ({ code, origin, message }) => `${code} ${origin!.document} ${formatPath(origin!.path)}: ${message}`,
    );
  };

  it('is a value that is nowhere, and where it may be written', () => {
    expect(wrong('worker', pool('worker', {}))).toEqual([
      'missing-key 0 name: the pool worker has no release',
      'missing-key 0 name: the pool worker has no target',
      'missing-key 0 name: the pool worker has no layers',
    ]);
    const { diagnostics } = effective(defaults(whole), pool('worker', {}), pool('a', {})).get('a')!;
    expect(diagnostics).toEqual([]);
    expect(effective(pool('worker', {})).get('worker')!.diagnostics[0]!.hint).toBe(
      'Write release: here, in what it extends, or in a PoolDefaults.',
    );
  });

  it('is a parent that is not there', () => {
    expect(wrong('worker', pool('worker', { ...whole, extends: 'nobody' }))).toEqual([
      'unknown-parent 0 extends: there is no Pool or PoolDefaults nobody to extend',
    ]);
    expect(
      wrong('worker', defaults({ name: 'x', extends: 'nobody' }), pool('worker', { ...whole, extends: 'x' })),
    ).toEqual(['unknown-parent 0 extends: there is no Pool or PoolDefaults nobody to extend']);
  });

  it('is a circle, of one, of two, or further up', () => {
    expect(wrong('a', pool('a', { ...whole, extends: 'a' }))).toEqual([
      'extends-itself 0 extends: a extends itself',
    ]);
    expect(wrong('a', pool('a', { ...whole, extends: 'b' }), pool('b', { ...whole, extends: 'a' }))).toEqual([
      'extends-itself 1 extends: a extends itself, by way of b',
    ]);
    expect(
      wrong(
        'a',
        defaults({ name: 'x', extends: 'y' }),
        defaults({ name: 'y', extends: 'x' }),
        pool('a', { ...whole, extends: 'x' }),
      ),
    ).toEqual(['extends-itself 1 extends: x extends itself, by way of y']);
  });

  it('is one name for a pool and its defaults', () => {
    const text = [defaults({ name: 'a' }), pool('a', whole)].map((document) => stringify(document));
    const { library, diagnostics } = collect(parseYaml(text.join('---\n'), 'a.yaml').documents);
    expect(diagnostics).toMatchObject([
      { code: 'name-twice', origin: { document: 1 }, related: [{ origin: { document: 0 } }] },
    ]);
    expect(library.pools).toEqual([]);
  });
});
