import { ApiObject, type App, Chart, DependencyGraph, Names, Yaml } from 'cdk8s';
import { type Diagnostic, failure } from '../diagnostics.ts';

/** The manifests of a tree, a file a chart, as stock cdk8s would write them. */
export function renderCharts(app: App): { files: Map<string, string>; diagnostics: readonly Diagnostic[] } {
  const diagnostics = app.node
    .findAll()
    .flatMap((construct) =>
      construct.node
        .validate()
        .flatMap(
          (message) =>
            failure('input', 'construct-invalid', message, { origin: { construct: construct.node.path } })
              .diagnostics,
        ),
    );
  const files = new Map<string, string>();
  for (const chart of app.charts) {
    const objects = new DependencyGraph(chart.node)
      .topology()
      .filter(
        (construct): construct is ApiObject =>
          ApiObject.isApiObject(construct) && Chart.of(construct) === chart,
      )
      .map((object) => object.toJson());
    // A pool that was never pinned has nothing to apply.
    if (objects.length > 0) files.set(fileOf(chart), Yaml.stringify(...objects));
  }
  return { files, diagnostics };
}

/** Our charts say where they belong; users' own are named as cdk8s names them. */
function fileOf(chart: Chart): string {
  const { file } = chart as Chart & { readonly file?: unknown };
  return typeof file === 'string' ? file : `${Names.toDnsLabel(chart)}.k8s.yaml`;
}
