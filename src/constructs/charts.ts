import { type App, Chart, Names, Yaml } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Diagnostic, failure, hasErrors } from '../diagnostics.ts';
import { printManifests } from './manifests.ts';
import { type Dependencies, dependenciesOf, inOrder, isObjectOf } from './order.ts';
import { FILE, isOwnChart } from './own-chart.ts';

/** The manifests of a tree, a file a chart: users' charts as stock cdk8s would write them. */
export function renderCharts(app: App): { files: Map<string, string>; diagnostics: readonly Diagnostic[] } {
  const constructs = app.node.findAll();
  const diagnostics = constructs.flatMap(validate);
  const files = new Map<string, string>();
  if (hasErrors(diagnostics)) return { files, diagnostics };
  const dependencies = dependenciesOf(constructs);
  const charts = inOrder(byPath(constructs), dependencies).filter(Chart.isChart);
  const nameOf = namer(charts, dependencies);
  const writers = new Map<string, Chart>();
  for (const chart of charts) {
    const file = nameOf(chart);
    const first = writers.get(file);
    if (first !== undefined) diagnostics.push(fileTwice(file, first, chart));
    writers.set(file, chart);
    const objects = inOrder(chart.node.findAll(), dependencies)
      .filter((construct) => isObjectOf(construct, chart))
      .map((object) => object.toJson());
    // A pool that was never pinned has nothing to apply.
    if (objects.length === 0 && isOwnChart(chart)) continue;
    files.set(file, isOwnChart(chart) ? printManifests(objects) : Yaml.stringify(...objects));
  }
  return { files, diagnostics };
}

function validate(construct: IConstruct): Diagnostic[] {
  const { path } = construct.node;
  return construct.node
    .validate()
    .flatMap((message) => [
      ...failure('input', 'construct-invalid', message, { origin: { construct: path } }).diagnostics,
    ]);
}

/** cdk8s keeps constructs by path in an object, whose keys come out numbers first. It shows in the files' numbers. */
function byPath(constructs: readonly IConstruct[]): IConstruct[] {
  return Object.values(Object.fromEntries(constructs.map((construct) => [construct.node.path, construct])));
}

/**
 * Users' charts are named as cdk8s names them: with a number before each where one depends on another. Ours keep their
 * names, because what else is in the tree must not rename a pool's file.
 */
function namer(charts: readonly Chart[], dependencies: Dependencies): (chart: Chart) => string {
  const users = charts.filter((chart) => !isOwnChart(chart));
  const isNumbered = users.some((chart) =>
    [...(dependencies.get(chart) ?? [])].some((target) => Chart.isChart(target) && !isOwnChart(target)),
  );
  const numbers = new Map(users.map((chart, index) => [chart, `${String(index).padStart(4, '0')}-`]));
  return (chart) =>
    isOwnChart(chart)
      ? chart[FILE]
      : `${isNumbered ? numbers.get(chart) : ''}${Names.toDnsLabel(chart)}.k8s.yaml`;
}

function fileTwice(file: string, first: Chart, second: Chart): Diagnostic {
  return {
    code: 'file-twice',
    severity: 'error',
    source: 'input',
    message: `two charts would write dist/${file}`,
    hint: 'Rename one of them.',
    origin: { construct: second.node.path },
    related: [{ message: 'the first one', origin: { construct: first.node.path } }],
  };
}
