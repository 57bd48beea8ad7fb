import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import { type Cluster, selects } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import type { Pool, PoolDefaults } from '../spec/pool.ts';
import type { Silence } from '../spec/silence.ts';

type Source = Located<Pool | PoolDefaults>;
type Entry = NonNullable<Pool['layers']>[number];

/** A pool with all that it has from elsewhere, and where each value came from. */
export interface EffectivePool extends Omit<Pool, 'release' | 'target' | 'layers' | 'silence'> {
  readonly release: NonNullable<Pool['release']>;
  readonly target: NonNullable<Pool['target']>;
  readonly layers: readonly Located<Entry>[];
  /** Its own silences, and those of what it has from elsewhere. */
  readonly silences: readonly Located<Silence>[];
  readonly origins: ReadonlyMap<string, Origin>;
}

/** The keys that the nearest source decides. */
export const NEAREST = [
  'release',
  'architectures',
  'base',
  'build',
  'refresh',
  'follows',
  'kernelType',
  'extensions',
  'kernelArguments',
  'machineConfigPool',
  'syncWave',
  'target',
] as const;

/** A pool's own values, before those of what it extends, its cluster's, and the defaults. Layers add up, the farthest first. */
export function effectivePool(
  own: Located<Pool>,
  library: Library,
  cluster?: Located<Cluster>,
): { effective?: EffectivePool; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  // What several of these extend counts once, where it is farthest.
  const sources = new Set(
    [...defaultsFor(library, cluster), ...releaseOf(cluster), own].flatMap((source) => [
      ...parentsOf(source, library, diagnostics),
      source,
    ]),
  );
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const { value, origin } of sources) {
    for (const key of NEAREST) {
      if (value[key] === undefined) continue;
      values[key] = value[key];
      origins.set(key, below(origin, [key]));
    }
  }
  const layers = [...sources].flatMap(({ value, origin }) =>
    (value.layers ?? []).map((entry, index) => ({ value: entry, origin: below(origin, ['layers', index]) })),
  );
  const lacking = [
    ...(['release', 'target'] as const).filter((key) => values[key] === undefined),
    ...(layers.length === 0 ? ['layers'] : []),
  ];
  // What a document with errors would have said is not known: it may be all that is missing here.
  const isKnown = [undefined, ...[...sources].map(({ value }) => value.extends)].every(
    (name) => !isBroken(name, library),
  );
  if (isKnown) diagnostics.push(...lacking.map((key) => missing(key, own)));
  if (lacking.length > 0 || diagnostics.length > 0) return { diagnostics };
  const silences = [...sources].flatMap(silencesOf);
  return { effective: { ...own.value, ...values, layers, origins, silences } as EffectivePool, diagnostics };
}

/** What a document silences, and where it says so. */
export function silencesOf({
  value,
  origin,
}: Located<{ readonly silence?: readonly Silence[] | undefined }>): Located<Silence>[] {
  return (value.silence ?? []).map((entry, index) => ({
    value: entry,
    origin: below(origin, ['silence', index]),
  }));
}

/** Those for some clusters are nearer than those for all. */
function defaultsFor({ defaults }: Library, cluster: Located<Cluster> | undefined): Source[] {
  const unnamed = defaults.filter(({ value }) => value.name === undefined);
  const forAll = unnamed.filter(({ value }) => value.clusters === undefined);
  const forSome = unnamed.filter(({ value }) => value.clusters !== undefined);
  return [
    ...forAll,
    ...forSome.filter(({ value }) => cluster !== undefined && selects(value.clusters, cluster.value)),
  ];
}

function releaseOf(cluster: Located<Cluster> | undefined): Source[] {
  if (cluster?.value.release === undefined) return [];
  return [{ value: { release: cluster.value.release }, origin: cluster.origin }];
}

/** Whether there is such a parent, or are defaults without a name, that has errors. */
function isBroken(name: string | undefined, { broken }: Library): boolean {
  return broken.has(`PoolDefaults ${name}`) || (name !== undefined && broken.has(`Pool ${name}`));
}

/** What a pool or its defaults extend, the farthest first. */
function parentsOf(own: Source, library: Library, diagnostics: Diagnostic[]): Source[] {
  const parents: Source[] = [];
  let child: Source = own;
  while (child.value.extends !== undefined) {
    const name: string = child.value.extends;
    const parent: Source | undefined =
      library.defaults.find(({ value }) => value.name === name) ??
      library.pools.find(({ value }) => value.name === name);
    const at = below(child.origin, ['extends']);
    if (parent === undefined && isBroken(name, library)) return parents;
    if (parent === undefined) {
      diagnostics.push(
        error(
          'unknown-parent',
          `there is no Pool or PoolDefaults ${name} to extend`,
          at,
          'Give one of them this name.',
        ),
      );
      return parents;
    }
    if (name === own.value.name || parents.includes(parent)) {
      diagnostics.push(
        error(
          'extends-itself',
          name === child.value.name
            ? `${name} extends itself`
            : `${name} extends itself, by way of ${child.value.name}`,
          at,
          'Leave one extends of the circle out.',
        ),
      );
      return parents;
    }
    parents.unshift(parent);
    child = parent;
  }
  return parents;
}

function missing(key: string, { value, origin }: Located<Pool>): Diagnostic {
  return error(
    'missing-key',
    `the pool ${value.name} has no ${key}`,
    below(origin, ['name']),
    `Write ${key}: here, in what it extends, or in a PoolDefaults.`,
  );
}

function error(code: string, message: string, origin: Origin, hint: string): Diagnostic {
  return { code, severity: 'error', source: 'input', message, hint, origin };
}
