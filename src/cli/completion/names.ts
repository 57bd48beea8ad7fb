import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type NameKind = 'pools' | 'clusters' | 'layers' | 'releases';

/** What has names in a repository: by kind. */
export type Names = Readonly<Record<NameKind, readonly string[]>>;

/**
 * The names in a repository, for a person who waits on the Tab key: no document is parsed. The pools are those of the last
 * synth, which knows what each cluster has, and those that `layers/` has since.
 */
export function namesIn(root: string): Names {
  const built = poolsOfDist(join(root, 'dist'));
  const written = documentsOf(join(root, 'layers'));
  const named = (kind: string) =>
    written.filter((document) => document.kind === kind).map(({ name }) => name);
  const clusters = unique([...named('Cluster'), ...built.flatMap(({ cluster }) => cluster ?? [])]);
  const known = new Set(built.map(({ pool }) => pool));
  const fresh = named('Pool').filter((pool) => !known.has(pool));
  return {
    pools: unique([
      ...built.map(({ cluster, pool }) => (cluster === undefined ? pool : `${cluster}/${pool}`)),
      ...(clusters.length === 0 ? fresh : clusters.flatMap((name) => fresh.map((pool) => `${name}/${pool}`))),
    ]),
    clusters,
    layers: unique(named('Layer')),
    releases: unique(named('Release')),
  };
}

/** Each pool has a file for `layers build`: `dist/<pool>.build`, or below its cluster. */
function poolsOfDist(dist: string): { cluster?: string; pool: string }[] {
  const poolsIn = (folder: string) =>
    entriesOf(folder).flatMap(({ name }) => /^(.+)\.build$/.exec(name)?.[1] ?? []);
  const clusters = entriesOf(dist).filter((entry) => entry.isDirectory() && entry.name !== 'builds');
  return [
    ...poolsIn(dist).map((pool) => ({ pool })),
    ...clusters.flatMap(({ name }) => poolsIn(join(dist, name)).map((pool) => ({ cluster: name, pool }))),
  ];
}

/** Kind and name of each document that says them in lines of their own, as nearly all do; however broken the rest of it is. */
function documentsOf(layers: string): { kind: string; name: string }[] {
  return entriesOf(layers)
    .filter((entry) => entry.isFile() && /^[^.].*\.ya?ml$/.test(entry.name))
    .flatMap(({ name }) => readFileSync(join(layers, name), 'utf8').split(/^---/m))
    .flatMap((text) => {
      const kind = /^kind:\s+["']?(\w+)/m.exec(text)?.[1];
      const name = /^name:\s+["']?([\w.-]+)/m.exec(text)?.[1];
      return kind === undefined || name === undefined ? [] : [{ kind, name }];
    });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
