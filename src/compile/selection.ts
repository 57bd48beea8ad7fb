import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import { type ClusterSelector, selects } from '../spec/cluster.ts';
import type { Library } from '../spec/library.ts';
import { suggest } from '../values/suggest.ts';

/** What pools and defaults select that is not there. */
export function selectionErrors(library: Library): Diagnostic[] {
  const { pools, defaults } = library;
  return [
    ...[...pools, ...defaults].flatMap(({ value, origin }) =>
      Array.isArray(value.clusters)
        ? unknownNames(value.clusters, origin, library)
        : unknownLabels(value.clusters, origin, library),
    ),
    ...pools.flatMap(({ value, origin }) => onlySingleNodes(value, origin, library)),
  ];
}

function unknownNames(names: readonly string[], origin: Origin, { clusters, broken }: Library): Diagnostic[] {
  return names.flatMap((name, index) =>
    clusters.has(name) || broken.has(`Cluster ${name}`)
      ? []
      : [
          unknown(
            `there is no cluster ${name}`,
            clusters.size === 0 ? undefined : `Known are: ${[...clusters.keys()].join(', ')}.`,
            below(origin, ['clusters', index]),
          ),
        ],
  );
}

/** A label that no cluster has is a mistake; those that none has together may be meant for one to come. */
function unknownLabels(
  selector: Exclude<ClusterSelector, readonly string[]> | undefined,
  origin: Origin,
  { clusters, broken }: Library,
): Diagnostic[] {
  if (selector === undefined || [...broken].some((name) => name.startsWith('Cluster '))) return [];
  const all = [...clusters.values()].map(({ value }) => value);
  const known = new Set(
    all.flatMap(({ labels = {} }) => Object.entries(labels).map(([key, value]) => `${key}: ${value}`)),
  );
  const at = below(origin, ['clusters', 'labels']);
  const wanted = Object.entries(selector.labels);
  const errors = wanted
    .filter(([key, value]) => !known.has(`${key}: ${value}`))
    .map(([key, value]) =>
      unknown(
        `no cluster has the label ${key}: ${value}`,
        clusters.size === 0
          ? undefined
          : (suggest(`${key}: ${value}`, [...known].sort()) ?? 'No Cluster document has labels.'),
        below(at, [key]),
      ),
    );
  if (errors.length > 0) return errors;
  if (wanted.length === 0 && all.length === 0) {
    return [unknown('there is no cluster to select', undefined, at)];
  }
  if (all.some((cluster) => selects(selector, cluster))) return [];
  return [
    nothing('no cluster has all of these labels', `Clusters have: ${[...known].sort().join(', ')}.`, at),
  ];
}

function onlySingleNodes(
  { name, clusters: selector }: Library['pools'][number]['value'],
  origin: Origin,
  { clusters }: Library,
): Diagnostic[] {
  // Those that are named are told one by one.
  if (name === 'master' || selector === undefined || Array.isArray(selector)) return [];
  const selected = [...clusters.values()].filter(({ value }) => selects(selector, value));
  if (selected.length === 0 || selected.some(({ value }) => value.topology !== 'sno')) return [];
  return [
    nothing(
      `it selects only single nodes, whose only pool is master: ${selected.map(({ value }) => value.name).join(', ')}`,
      'Give the layers to the pool master, or to defaults.',
      below(origin, ['clusters', 'labels']),
    ),
  ];
}

function unknown(message: string, hint: string | undefined, origin: Origin): Diagnostic {
  return {
    code: 'unknown-cluster',
    severity: 'error',
    source: 'input',
    message,
    hint: hint ?? 'There are no Cluster documents.',
    origin,
  };
}

function nothing(message: string, hint: string, origin: Origin): Diagnostic {
  return { code: 'no-cluster-selected', severity: 'warning', source: 'finding', message, hint, origin };
}
