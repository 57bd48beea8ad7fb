import type { Diagnostic, Origin } from '../diagnostics.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Cluster } from './cluster.ts';
import { DOCUMENTS, type DocumentKind } from './document.ts';
import type { Layer } from './layer.ts';
import { parseSpec } from './parse.ts';
import type { Pool, PoolDefaults, PoolProps } from './pool.ts';
import type { Release } from './release.ts';
import type { YamlDocument } from './yaml.ts';

/** Something that was written, and where. */
export interface Located<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** The documents of `layers/`, each by its name. */
export interface Library {
  readonly layers: ReadonlyMap<string, Located<Layer>>;
  readonly releases: ReadonlyMap<ReleaseVersion, Located<Release>>;
  readonly clusters: ReadonlyMap<string, Located<Cluster>>;
  readonly defaults: readonly Located<PoolDefaults>[];
  /** Documents with errors, as `Layer tools`: they are there, and it would mislead to say that they are not. */
  readonly broken: ReadonlySet<string>;
  readonly pools: readonly (Located<Pool> & { readonly props: PoolProps })[];
}

/** Sorts documents by kind and name, and says what is wrong with those that are none. */
export function collect(documents: readonly YamlDocument[]): { library: Library; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<string>();
  const layers = new Map<string, Located<Layer>>();
  const releases = new Map<ReleaseVersion, Located<Release>>();
  const clusters = new Map<string, Located<Cluster>>();
  const defaults: Located<PoolDefaults>[] = [];
  // Pools and what they extend share their names.
  const named = new Map<string, Located<{ name: string }>>();
  const pools: Library['pools'][number][] = [];
  for (const { data, origin } of documents) {
    const kind = kindOf(data, origin, diagnostics);
    if (kind === undefined) continue;
    const parsed = parseSpec(DOCUMENTS[kind], data, origin);
    diagnostics.push(...parsed.diagnostics);
    if (parsed.value === undefined) {
      broken.add(`${kind} ${(data as { name?: unknown }).name}`);
      continue;
    }
    const { kind: _, ...value } = parsed.value;
    switch (parsed.value.kind) {
      case 'Layer':
        add(layers, { value: value as Layer, origin });
        break;
      case 'Release':
        add(releases, { value: value as Release, origin });
        break;
      case 'Cluster':
        add(clusters, { value: value as Cluster, origin });
        break;
      case 'PoolDefaults': {
        const located = { value: value as PoolDefaults, origin };
        if (isNamed(located)) add(named, located);
        defaults.push(located);
        break;
      }
      case 'Pool': {
        const { kind: _, ...props } = data as PoolProps & { kind: string };
        const located = { value: value as Pool, origin, props };
        if (add(named, located)) pools.push(located);
      }
    }
  }
  pools.sort((a, b) => (a.value.name < b.value.name ? -1 : 1));
  return { library: { layers, releases, clusters, defaults, pools, broken }, diagnostics };

  function add<T extends { name: string }, L extends Located<T>>(known: Map<string, L>, located: L): boolean {
    const { name } = located.value;
    const first = known.get(name);
    if (first === undefined) {
      known.set(name, located);
      return true;
    }
    diagnostics.push({
      code: 'name-twice',
      severity: 'error',
      source: 'input',
      message: `${name} is there twice`,
      hint: 'Rename or remove one of them.',
      origin: { ...located.origin, path: ['name'] },
      related: [{ message: 'the first one', origin: { ...first.origin, path: ['name'] } }],
    });
    return false;
  }
}

function isNamed(located: Located<PoolDefaults>): located is Located<PoolDefaults & { name: string }> {
  return located.value.name !== undefined;
}

function kindOf(data: unknown, origin: Origin, diagnostics: Diagnostic[]): DocumentKind | undefined {
  const known = Object.keys(DOCUMENTS);
  const report = (message: string, path: string[]) =>
    diagnostics.push({
      code: 'unknown-kind',
      severity: 'error',
      source: 'input',
      message,
      hint: `A document begins with kind: and one of ${known.join(', ')}.`,
      origin: { ...origin, path },
    });
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    report('a document is a mapping', []);
    return undefined;
  }
  const { kind } = data as { kind?: unknown };
  if (typeof kind === 'string' && Object.hasOwn(DOCUMENTS, kind)) return kind as DocumentKind;
  report(
    kind === undefined
      ? 'this document does not say its kind'
      : `${JSON.stringify(kind)} is not a kind of document`,
    ['kind'],
  );
  return undefined;
}
