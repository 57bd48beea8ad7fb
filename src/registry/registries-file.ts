import { failure, type LayersError } from '../diagnostics.ts';

/** Which references a mirror is asked for. */
export type MirrorUse = 'all' | 'digest-only' | 'tag-only';

export interface Mirror {
  readonly location: string;
  readonly insecure: boolean;
  readonly use: MirrorUse;
}

/** One `[[registry]]` of containers-registries.conf(5). */
export interface RegistryEntry {
  /** The names it is for: `registry.example.com/team`, or `*.example.com`. */
  readonly prefix: string;
  /** What stands in the prefix's place; empty where names stay as they are. */
  readonly location: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly Mirror[];
  /** Where it is written, as in `/etc/containers/registries.conf:12`. */
  readonly place: string;
}

type Table = Readonly<Record<string, unknown>>;

/** The entries of one file. Of several with one prefix the first counts, as for the engines. */
export async function parseRegistriesFile(
  path: string,
  text: string,
  mayBeVersion1: boolean,
): Promise<RegistryEntry[]> {
  const { parse, TomlError } = await import('smol-toml');
  let content: Table;
  try {
    content = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '');
    throw wrong(`${path}:${error.line}`, `is no TOML: ${why}`);
  }
  const old = tableOf(content.registries, path, 'registries');
  const entries =
    Object.keys(old).length === 0
      ? tablesOf(content.registry, path, 'registry').map((table, index) => {
          return entryOf(table, `${path}${lineOf(text, index)}`);
        })
      : mayBeVersion1 && content.registry === undefined
        ? version1(old, path)
        : fail(path, 'has [registries.…] of the first format, which no other may be mixed with');
  for (const entry of entries) assertAgree(entry, entries);
  return entries.filter(
    ({ prefix }, index) => entries.findIndex((other) => other.prefix === prefix) === index,
  );
}

function entryOf(table: Table, place: string): RegistryEntry {
  const location = locationOf(table, place);
  const prefix = stringOf(table, 'prefix', place).replace(/\/+$/, '') || location;
  if (prefix === '') fail(place, 'has neither a prefix nor a location');
  const isWildcard = prefix.startsWith('*.');
  if (isWildcard && /[/@:]/.test(prefix))
    fail(place, `has the prefix ${prefix}: after *. comes a domain only`);
  if (!isWildcard && location === '') fail(place, `has no location for ${prefix}`);
  if (table['pull-from-mirror'] !== undefined) fail(place, 'has pull-from-mirror, which is for mirrors');
  const byDigest = booleanOf(table, 'mirror-by-digest-only', place);
  return {
    ...{ prefix, location, place },
    insecure: booleanOf(table, 'insecure', place),
    blocked: booleanOf(table, 'blocked', place),
    mirrors: tablesOf(table.mirror, place, 'mirror').map((mirror) => mirrorOf(mirror, byDigest, place)),
  };
}

function mirrorOf(table: Table, byDigest: boolean, place: string): Mirror {
  const location = locationOf(table, place);
  if (location === '') fail(place, 'has a mirror without a location');
  const use = stringOf(table, 'pull-from-mirror', place);
  if (use !== '' && byDigest) fail(place, 'has both mirror-by-digest-only and pull-from-mirror');
  if (!['', 'all', 'digest-only', 'tag-only'].includes(use)) {
    fail(place, `has pull-from-mirror = "${use}", which is none of all, digest-only and tag-only`);
  }
  const given = use === '' ? 'all' : (use as MirrorUse);
  return {
    location,
    insecure: booleanOf(table, 'insecure', place),
    use: byDigest ? 'digest-only' : given,
  };
}

/** `[registries.insecure]` and `[registries.block]`; search is for short names, which are refused here. */
function version1(old: Table, path: string): RegistryEntry[] {
  const listed = (name: string): string[] => {
    const { registries = [] } = tableOf(old[name], path, `registries.${name}`);
    if (!Array.isArray(registries) || !registries.every((text) => typeof text === 'string')) {
      fail(path, `has no list of names in registries.${name}`);
    }
    return (registries as string[]).map((location) => locationOf({ location }, path));
  };
  const [blocked, insecure] = [listed('block'), listed('insecure')];
  return [...new Set([...blocked, ...insecure])].map((location) => ({
    ...{ prefix: location, location, place: path, mirrors: [] },
    insecure: insecure.includes(location),
    blocked: blocked.includes(location),
  }));
}

/** Several prefixes may have one location, which is then either blocked, or insecure, or not. */
function assertAgree(entry: RegistryEntry, entries: readonly RegistryEntry[]): void {
  const key = ({ location, prefix }: RegistryEntry) => location || prefix;
  for (const other of entries) {
    if (key(other) !== key(entry)) continue;
    for (const setting of ['insecure', 'blocked'] as const) {
      if (other[setting] === entry[setting]) continue;
      fail(other.place, `says another \`${setting}\` of ${key(entry)} than ${entry.place}`);
    }
  }
}

/** `:12`, the line of a table's header, by its number among those of its name. */
function lineOf(text: string, index: number): string {
  const headers = [...text.matchAll(/^[ \t]*\[\[[ \t]*["']?registry["']?[ \t]*\]\]/gm)];
  const at = headers[index]?.index;
  return at === undefined ? '' : `:${text.slice(0, at).split('\n').length}`;
}

function locationOf(table: Table, place: string): string {
  const location = stringOf(table, 'location', place).replace(/\/+$/, '');
  if (/^https?:\/\//.test(location)) fail(place, `has the location ${location}: write it without https://`);
  return location;
}

function stringOf(table: Table, key: string, place: string): string {
  const value = table[key] ?? '';
  return typeof value === 'string' ? value : fail(place, `has a ${key} that is no string`);
}

function booleanOf(table: Table, key: string, place: string): boolean {
  const value = table[key] ?? false;
  return typeof value === 'boolean' ? value : fail(place, `has ${key} that is neither true nor false`);
}

function tablesOf(value: unknown, place: string, name: string): Table[] {
  const tables = value ?? [];
  if (!Array.isArray(tables)) fail(place, `has a ${name} that is not [[${name}]]`);
  return (tables as unknown[]).map((table) => tableOf(table, place, name));
}

function tableOf(value: unknown, place: string, name: string): Table {
  const table = value ?? {};
  if (typeof table !== 'object' || Array.isArray(table)) fail(place, `has a ${name} that is no table`);
  return table as Table;
}

function fail(place: string, what: string): never {
  throw wrong(place, what);
}

export function wrong(place: string, what: string): LayersError {
  return failure('input', 'registries-conf', `${place} ${what}`, {
    hint: 'Engines refuse it as well: `man containers-registries.conf` describes the file.',
  });
}
