import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { failure } from '../diagnostics.ts';

/** What has to come before each construct. */
export type Dependencies = ReadonlyMap<IConstruct, ReadonlySet<IConstruct>>;

/**
 * The dependencies of a tree as cdk8s understands them: those that were declared, those of a chart on the charts in it,
 * and what follows from them for charts and objects. cdk8s works them out again for every chart.
 */
export function dependenciesOf(constructs: readonly IConstruct[]): Dependencies {
  const dependencies = new Map<IConstruct, Set<IConstruct>>();
  const add = (source: IConstruct, target: IConstruct): void => {
    const known = dependencies.get(source) ?? new Set();
    dependencies.set(source, known.add(target));
  };
  for (const construct of constructs) {
    for (const target of construct.node.dependencies) add(construct, target);
  }
  for (const chart of constructs.filter(Chart.isChart)) {
    for (const child of chart.node.children.filter(Chart.isChart)) add(chart, child);
  }
  for (const [source, target] of pairs(constructs, dependencies)) {
    if (Chart.of(source) !== Chart.of(target)) add(Chart.of(source), Chart.of(target));
  }
  // Those between objects of two charts show in the charts' numbers.
  for (const [source, target] of pairs(constructs, dependencies)) {
    for (const before of objectsIn(target)) {
      for (const after of objectsIn(source)) if (after !== before) add(after, before);
    }
  }
  return dependencies;
}

function pairs(constructs: readonly IConstruct[], dependencies: Dependencies): [IConstruct, IConstruct][] {
  return constructs.flatMap((source) =>
    [...(dependencies.get(source) ?? [])].map((target): [IConstruct, IConstruct] => [source, target]),
  );
}

/** The objects below a construct that go into the same file as it. */
function objectsIn(construct: IConstruct): ApiObject[] {
  const chart = Chart.of(construct);
  return construct.node.findAll().filter((found) => isObjectOf(found, chart));
}

export function isObjectOf(construct: IConstruct, chart: Chart): construct is ApiObject {
  return ApiObject.isApiObject(construct) && construct.chart === chart;
}

/** Constructs in cdk8s's order, each after what it depends on. cdk8s walks every path there is; this walks each construct once. */
export function inOrder(constructs: readonly IConstruct[], dependencies: Dependencies): IConstruct[] {
  const scope = new Set(constructs);
  const within = (construct: IConstruct) =>
    [...(dependencies.get(construct) ?? [])].filter((target) => scope.has(target));
  const depended = new Set(constructs.flatMap(within));
  const done = new Set<IConstruct>();
  const open = new Set<IConstruct>();
  const visit = (construct: IConstruct): void => {
    if (done.has(construct)) return;
    if (open.has(construct)) throw cycle([...open, construct]);
    open.add(construct);
    for (const target of within(construct)) visit(target);
    open.delete(construct);
    done.add(construct);
  };
  // Where every construct has a dependant there is no root, and the second loop finds the cycle.
  for (const construct of constructs) if (!depended.has(construct)) visit(construct);
  for (const construct of constructs) visit(construct);
  return [...done];
}

function cycle(path: readonly IConstruct[]) {
  const start = path.indexOf(path.at(-1)!);
  const names = path.slice(start).map(({ node }) => node.path);
  return failure('input', 'dependency-cycle', `constructs depend on each other: ${names.join(' → ')}`, {
    hint: 'Take one of these dependencies out.',
    origin: { construct: names[0] },
  });
}
