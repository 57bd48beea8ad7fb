import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Lazy, Yaml } from 'cdk8s';
import { Construct, DependencyGroup } from 'constructs';
import fc from 'fast-check';
import yaml from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { LayeredPool } from '../../src/constructs/layered-pool.ts';
import { LayersApp } from '../../src/constructs/layers-app.ts';
import { printManifests } from '../../src/constructs/manifests.ts';
import { LayersError } from '../../src/diagnostics.ts';
import { readFiles } from '../../src/synth/dist.ts';
import { documents, LAYER, poolDocument, RELEASES } from '../synth/documents.ts';
import { asText, errorsOf, temporaryRepository } from '../synth/temporary-repository.ts';

const RUNS = process.env.LAYERS_SOAK === '1' ? 5_000 : 150;

/** Builds the same tree in a stock App and in ours, and gives what each writes. */
function both(build: (app: App) => void): { stock: Record<string, string>; ours: Record<string, string> } {
  const { root } = temporaryRepository({ 'layers/a.yaml': RELEASES });
  const stock = new App({ outdir: mkdtempSync(join(tmpdir(), 'layers-stock-')) });
  const ours = new LayersApp({ root });
  try {
    build(stock);
    build(ours);
    stock.synth();
    return { stock: asText(readFiles(stock.outdir)), ours: asText(ours.render()) };
  } finally {
    rmSync(stock.outdir, { recursive: true });
  }
}

const object = (scope: Construct, id: string, more: object = {}) =>
  new ApiObject(scope, id, { apiVersion: 'v1', kind: 'ConfigMap', ...more });

describe("a user's own chart", () => {
  it('is written as cdk8s writes it: names, labels, lazy values, namespaces', () => {
    const { stock, ours } = both((app) => {
      const chart = new Chart(app, 'Some-Chart', { namespace: 'here', labels: { a: 'b' } });
      object(chart, 'one', {
        data: { text: 'a\r\n b: # \n', lazy: Lazy.any({ produce: () => 'later' }), none: undefined },
      });
      object(new Construct(chart, 'group'), 'two', { metadata: { annotations: { x: '1' } } });
      new Chart(app, 'empty');
    });
    expect(Object.keys(stock)).toHaveLength(2);
    expect(ours).toEqual(stock);
  });

  it('has its objects in the order of their dependencies, those of groups and of whole constructs included', () => {
    const { stock, ours } = both((app) => {
      const chart = new Chart(app, 'chart');
      const [a, b] = ['a', 'b'].map((id) => new Construct(chart, id)) as [Construct, Construct];
      for (const scope of [a, b]) for (const id of ['x', 'y']) object(scope, id);
      const [c, d] = [object(chart, 'c'), object(chart, 'd')];
      a.node.addDependency(b);
      b.node.addDependency(new DependencyGroup(c, d));
      c.node.addDependency(d);
    });
    expect(ours).toEqual(stock);
    const names = (yaml.loadAll(ours['chart.k8s.yaml']!) as { metadata: { name: string } }[]).map(
      ({ metadata }) => metadata.name.slice(6, -9),
    );
    expect(names).toEqual(['d', 'c', 'b-x', 'b-y', 'a-x', 'a-y']);
  });

  it('is numbered, as cdk8s does it, where charts depend on each other or are in each other', () => {
    const { stock, ours } = both((app) => {
      const [first, second] = ['first', 'second'].map((id) => new Chart(app, id)) as [Chart, Chart];
      const inner = new Chart(second, 'inner');
      for (const chart of [first, second, inner]) object(chart, 'object');
      first.addDependency(inner);
    });
    expect(Object.keys(stock).sort()).toEqual(
      ['0000-second-inner-c8', '0001', '0002'].map(() => expect.stringMatching(/^000\d-/)),
    );
    expect(ours).toEqual(stock);
  });

  it('equals what cdk8s writes, whatever the tree and its dependencies', () => {
    const tree = fc.record({
      charts: fc.integer({ min: 1, max: 4 }),
      groups: fc.array(fc.nat(), { maxLength: 5 }),
      objects: fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
      // From a later construct to an earlier one, so that there is no cycle.
      dependencies: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(tree, ({ charts, groups, objects, dependencies }) => {
        const build = (app: App) => {
          const all: Construct[] = Array.from(
            { length: charts },
            (_, index) => new Chart(app, index % 2 ? `c${index}` : `${index}`),
          );
          for (const [index, at] of groups.entries())
            all.push(new Construct(all[at % all.length]!, `g${index}`));
          const scopes = [...all];
          for (const [index, at] of objects.entries())
            all.push(object(scopes[at % scopes.length]!, `o${index}`));
          for (const [from, to] of dependencies) {
            const source = all[from % all.length]!;
            const target = all[to % all.length]!;
            if (
              chartIndex(source) > chartIndex(target) ||
              (chartIndex(source) === chartIndex(target) && isLater(source, target, all))
            )
              source.node.addDependency(target);
          }
        };
        let result: ReturnType<typeof both>;
        try {
          result = both(build);
        } catch (error) {
          // Objects of a group may well depend on each other in a circle: then both have to say so.
          fc.pre(!String(error).includes('cycle') && !String(error).includes('depend on each other'));
          throw error;
        }
        expect(result.ours).toEqual(result.stock);
      }),
      { seed: 20261122, numRuns: RUNS },
    );
  });

  it('says which constructs depend on each other, where cdk8s would not end', () => {
    const { root } = temporaryRepository({ 'layers/a.yaml': RELEASES });
    const app = new LayersApp({ root });
    const chart = new Chart(app, 'chart');
    const [a, b] = [object(chart, 'a'), object(chart, 'b')];
    a.addDependency(b);
    b.addDependency(a);
    expect(() => app.render()).toThrow(/chart\/a → chart\/b → chart\/a.*dependency-cycle/);
  });

  it('takes no time for a chain of charts, which cdk8s walks along every path', () => {
    const { root } = temporaryRepository({ 'layers/a.yaml': RELEASES });
    const app = new LayersApp({ root });
    const charts = Array.from({ length: 60 }, (_, index) => new Chart(app, `c${index}`));
    for (const [index, chart] of charts.entries()) {
      object(chart, 'object');
      for (const before of charts.slice(0, index)) chart.addDependency(before);
    }
    expect([...app.render().keys()][0]).toBe('0000-c0.k8s.yaml');
  });

  it("is not taken for one of ours by a property's name", () => {
    class Files extends Chart {
      readonly file = 'elsewhere.txt';
    }
    const { stock, ours } = both((app) => object(new Files(app, 'files'), 'a'));
    expect(ours).toEqual(stock);
  });

  it("reports what a construct's own validation says, at its path", () => {
    const { root } = temporaryRepository({ 'layers/a.yaml': RELEASES });
    const app = new LayersApp({ root });
    new Chart(app, 'chart').node.addValidation({ validate: () => ['one', 'two'] });
    expect(() => app.render()).toThrow('chart: one (construct-invalid)\nchart: two (construct-invalid)');
  });
});

describe("pools among a user's charts", () => {
  const repository = () =>
    temporaryRepository({ 'layers/a.yaml': documents(RELEASES, LAYER, poolDocument()) });

  function appWith(more: (app: LayersApp) => void): LayersApp {
    const app = new LayersApp({ root: repository().root });
    for (const props of app.pools) new LayeredPool(app, props.name, props);
    more(app);
    return app;
  }

  it("keep their files' names where other charts are numbered, and change no byte for them", () => {
    const alone = asText(appWith(() => {}).render());
    const among = asText(
      appWith((app) => {
        const [a, b] = [new Chart(app, 'a'), new Chart(app, 'b')];
        a.addDependency(b);
        b.addDependency(app.node.findChild('worker'));
      }).render(),
    );
    expect(among).toEqual({ ...alone, '0000-b.k8s.yaml': '', '0001-a.k8s.yaml': '' });
  });

  it('may be in a chart of the user', () => {
    const { root } = repository();
    const app = new LayersApp({ root });
    const chart = new Chart(app, 'mine');
    for (const props of app.pools) new LayeredPool(chart, props.name, props);
    const { 'mine.k8s.yaml': mine, ...rest } = asText(app.render());
    expect(mine).toBe('');
    expect(rest).toEqual(asText(appWith(() => {}).render()));
  });

  it('share no file with another chart, which would be lost, whether they have an object yet or not', () => {
    const { root } = repository();
    const app = new LayersApp({ root });
    object(new Chart(app, 'worker'), 'a');
    new LayeredPool(new Construct(app, 'scope'), 'pool', { ...poolProps, name: 'worker' });
    expect(() => app.render()).toThrow(
      'scope/pool: two charts would write dist/worker.k8s.yaml (file-twice)',
    );
  });

  it('of one name are an error, at both places', () => {
    const app = appWith((app) => new LayeredPool(app, 'again', { ...poolProps, name: 'worker' }));
    expect(errorsOf(() => app.render())).toEqual(['pool-twice']);
    expect(app.findings.find(({ code }) => code === 'pool-twice')?.related?.[0]?.origin.file).toBe(
      'layers/a.yaml',
    );
  });

  it('stand in a LayersApp', () => {
    expect(() => new LayeredPool(new App(), 'worker', poolProps)).toThrow(LayersError);
  });

  it('have the name of their construct, unless they are given one', () => {
    const app = appWith((app) => {
      new LayeredPool(app, 'infra', { ...poolProps, name: undefined });
      new LayeredPool(app, 'a', { ...poolProps, name: 'b' });
    });
    expect(app.compiled.map(({ pool }) => pool.name)).toEqual(['worker', 'infra', 'b']);
  });
});

const poolProps = {
  release: '4.19.3',
  layers: ['tools'],
  target: { machineConfig: { image: 'registry.example.com/os/worker' } },
};

describe('the YAML of manifests', () => {
  it('keeps every character, whatever YAML 1.1 takes for the end of a line', () => {
    const text = 'a\u2028b\nc\u0085\u007f\u0080d\u2029\n\ufeffe\uffff\t \u0007\ud83d\ude00\r\n';
    const printed = printManifests([{ kind: 'A', text }, { plain: 'b\n' }]);
    expect(printed).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff\uffff]/);
    expect(yaml.loadAll(printed)).toEqual([{ kind: 'A', text }, { plain: 'b\n' }]);
  });

  it('gives every text back, and is what cdk8s prints wherever that does', () => {
    const parts = fc.constantFrom(
      ' ',
      '\n',
      '\t',
      '\r',
      'a',
      '#',
      ': ',
      '- ',
      '"',
      "'",
      '|',
      '\\',
      '---',
      '\u2028',
      '\u0085',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 6 }), (words) => {
        const objects = [{ text: words.join('') }];
        const printed = printManifests(objects);
        expect(yaml.loadAll(printed)).toEqual(objects);
        const stock = Yaml.stringify(...objects);
        if (printed !== stock) expect(stock).toMatch(/[\u0085\u2028\ufeff]|\|\+?\n\s*$/);
      }),
      { seed: 20261122, numRuns: RUNS * 10 },
    );
  });
});

function chartIndex(construct: Construct): number {
  return Number.parseInt(Chart.of(construct).node.path.replace(/^c/, ''), 10);
}

function isLater(source: Construct, target: Construct, all: readonly Construct[]): boolean {
  const isRelated = source.node.scopes.includes(target) || target.node.scopes.includes(source);
  return !isRelated && all.indexOf(source) > all.indexOf(target);
}
