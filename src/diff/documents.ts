import { type EffectivePool, effectivePool } from '../compile/effective.ts';
import { identityOf, instancesOf } from '../compile/instances.ts';
import { below, type Origin } from '../diagnostics.ts';
import { collect } from '../spec/library.ts';
import { locate } from '../spec/locate.ts';
import { parseYaml } from '../spec/yaml.ts';
import type { Place } from './model.ts';

/** A layer as it is written. */
export interface WrittenLayer {
  readonly data: unknown;
  readonly origin: Origin;
}

/** What `layers/` says, as far as it can be read: pools of a program are not in it. */
export interface Documents {
  layer(pool: string, name: string): WrittenLayer | undefined;
  /** Where a pool's key is written, or else its name. */
  placeOf(pool: string, key: string): Place | undefined;
  place(origin: Origin): Place;
}

/** The documents of `layers/`, by the paths of their files. */
export function readDocuments(texts: ReadonlyMap<string, string>): Documents {
  const documents = [...texts].flatMap(([file, text]) => parseYaml(text, file).documents);
  const { library } = collect(documents);
  const instances = new Map(
    instancesOf(library).instances.map((instance) => [identityOf(instance), instance]),
  );
  const layers = new Map(
    documents.flatMap(({ data, origin }) => {
      const { kind, name } = (data ?? {}) as { kind?: unknown; name?: unknown };
      return kind === 'Layer' && typeof name === 'string' ? [[name, { data, origin }] as const] : [];
    }),
  );
  const known = new Map<string, EffectivePool | undefined>();
  const effective = (name: string) => {
    const instance = instances.get(name);
    if (instance === undefined) return undefined;
    if (!known.has(name)) known.set(name, effectivePool(instance.pool, library, instance.cluster).effective);
    return known.get(name);
  };
  const place = (origin: Origin): Place => {
    const { file = '' } = origin;
    const text = texts.get(file);
    const found = text === undefined ? undefined : locate(text, origin);
    return { file, ...(found && { line: found.line }) };
  };
  return {
    layer(pool, name) {
      const inPlace = effective(pool)?.layers.find(
        ({ value }) => typeof value !== 'string' && value.name === name,
      );
      if (inPlace === undefined) return layers.get(name);
      // As it was written, and not as it was understood.
      const { origin } = inPlace;
      const data = documents.find(
        ({ origin: { file, document } }) => file === origin.file && document === origin.document,
      )?.data;
      return { data: at(data, origin.path ?? []), origin };
    },
    placeOf(pool, key) {
      const origin = effective(pool)?.origins.get(key) ?? nameOf(instances.get(pool)?.pool.origin);
      return origin && place(origin);
    },
    place,
  };
}

function nameOf(origin: Origin | undefined): Origin | undefined {
  return origin && below(origin, ['name']);
}

function at(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)?.[key], data);
}
