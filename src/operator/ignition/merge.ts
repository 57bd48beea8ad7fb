import type { Json } from '../go-yaml/marshal.ts';
import { CONFIG, type Field, type Struct } from './shape.ts';

export type Config = { readonly [field: string]: Json };

/** A config with the fields that Ignition knows, and without those that say nothing. */
export function normalize(config: Config): Config {
  return normalizeStruct(config, CONFIG);
}

/** One config over another, as Ignition merges them: what the later one says counts, and lists are merged by keys. */
export function mergeIgnition(parent: Config, child: Config): Config {
  return mergeStruct(parent, child, CONFIG);
}

function normalizeStruct(value: Config, shape: Struct): Config {
  const fields = Object.entries(shape).map(([name, field]) => [name, normalizeField(value[name], field)]);
  return Object.fromEntries(fields.filter(([, found]) => found !== undefined));
}

function normalizeField(value: Json | undefined, { struct, list }: Field): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (struct !== undefined) {
    const normal = normalizeStruct(value as Config, struct);
    return Object.keys(normal).length === 0 ? undefined : normal;
  }
  if (list === undefined) return value;
  const items = value as readonly Json[];
  if (items.length === 0) return undefined;
  return list === 'texts' ? items : items.map((item) => normalizeStruct(item as Config, list));
}

function mergeStruct(parent: Config, child: Config, shape: Struct): Config {
  const merged: Record<string, Json> = {};
  for (const [name, field] of Object.entries(shape)) {
    const value = mergeField(parent, child, name, field, shape);
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

function mergeField(
  parent: Config,
  child: Config,
  name: string,
  field: Field,
  shape: Struct,
): Json | undefined {
  const [before, after] = [parent[name], child[name]];
  if (field.struct !== undefined) {
    if (before === undefined || after === undefined) return after ?? before;
    return mergeStruct(before as Config, after as Config, field.struct);
  }
  if (field.list === undefined) return after ?? before;
  const old = (before ?? []) as readonly Json[];
  const added = (after ?? []) as readonly Json[];
  if (old.length + added.length === 0) return undefined;
  if (field.appends) return [...old, ...added];
  const kept = old.flatMap((item) => {
    const found = findChild(child, keyOf(item, field), name, field, shape);
    if (found === undefined) return [item];
    if (found.list !== name) return [];
    if (field.list === 'texts') return [found.item];
    // A header without a value takes away the one that was there.
    if (name === 'httpHeaders' && (found.item as Config).value === undefined) return [];
    return [mergeStruct(item as Config, found.item as Config, field.list!)];
  });
  const keys = new Set(old.map((item) => keyOf(item, field)));
  const merged = [...kept, ...added.filter((item) => !keys.has(keyOf(item, field)))];
  return merged.length === 0 ? undefined : merged;
}

/** The child's item of a key, and the list that it is in: this one, or another of its group. The last one counts. */
function findChild(child: Config, key: string, name: string, field: Field, shape: Struct) {
  const lists = Object.entries(shape).filter(
    ([other, { group }]) => other === name || (field.group !== undefined && group === field.group),
  );
  return lists
    .flatMap(([list, own]) =>
      ((child[list] ?? []) as readonly Json[]).map((item) => ({ list, item, key: keyOf(item, own) })),
    )
    .findLast((item) => item.key === key);
}

function keyOf(item: Json, { key = [] }: Field): string {
  if (typeof item === 'string') return item;
  const fields = item as Config;
  const by = key.find((name) => fields[name] !== undefined && fields[name] !== 0);
  if (by === undefined) return '';
  return key.length > 1 ? `${by}:${fields[by]}` : String(fields[by]);
}
