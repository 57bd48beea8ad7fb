import type { Edit, ObjectDiff } from './model.ts';
import type { Manifest } from './state.ts';
import { compareValues } from './values.ts';

/** What differs between the objects of a pool, by kind and name. A Containerfile's text is compared elsewhere. */
export function compareObjects(before: readonly Manifest[], after: readonly Manifest[]): ObjectDiff[] {
  const [old, now] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((key): ObjectDiff[] => {
    const [from, to] = [old.get(key), now.get(key)];
    const { kind, metadata } = (to ?? from)!;
    const named = { kind, name: metadata.name };
    if (from === undefined) return [{ ...named, change: 'added', fields: [] }];
    if (to === undefined) return [{ ...named, change: 'removed', fields: [] }];
    const fields = fieldsOf(from, to);
    return fields.length === 0 ? [] : [{ ...named, change: 'changed', fields }];
  });
}

function byName(objects: readonly Manifest[]): Map<string, Manifest> {
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

function fieldsOf(from: Manifest, to: Manifest): Edit[] {
  return (['metadata', 'spec'] as const).flatMap((part) =>
    compareValues(from[part], to[part], [part]).map((edit) =>
      /^spec\.containerFile\[\d+\]\.content$/.test(edit.path) ? { path: edit.path } : edit,
    ),
  );
}
