/** An object that somebody saved: nothing of it is known to be as it should. */
export interface SavedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where it has none. */
  readonly name: string;
  readonly namespace?: string;
  readonly data: Data;
  /** Path of the file it was read from, relative to the folder. */
  readonly file: string;
  /** Whether it came with all others of its kind, as `oc get <kind> -o yaml` prints them. */
  readonly isListed?: true;
}

export type Data = Readonly<Record<string, unknown>>;

export type Key = string | number;

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at a path; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly Key[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<Key, unknown>)[key];
  }
  return found;
}

/** The text at a path; undefined where there is none, or an empty one. */
export function textAt(value: unknown, ...path: readonly Key[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The items of a list that are objects. */
export function listAt(value: unknown, ...path: readonly Key[]): Data[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter(isData) : [];
}

/** The texts of a list. */
export function textsAt(value: unknown, ...path: readonly Key[]): string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === 'string') : [];
}

export function labelOf(object: SavedObject, key: string): string | undefined {
  return textAt(object.data, 'metadata', 'labels', key);
}

export function annotationOf(object: SavedObject, key: string): string | undefined {
  return textAt(object.data, 'metadata', 'annotations', key);
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** `status.conditions` of an object, and of most that have a status. */
export function conditionsOf(object: SavedObject): Condition[] {
  return listAt(object.data, 'status', 'conditions').map((condition) => ({
    type: textAt(condition, 'type') ?? '',
    status: textAt(condition, 'status') ?? '',
    reason: textAt(condition, 'reason') ?? '',
    message: textAt(condition, 'message') ?? '',
  }));
}

/** A condition that holds. */
export function trueCondition(object: SavedObject | undefined, type: string): Condition | undefined {
  return object && conditionsOf(object).find((each) => each.type === type && each.status === 'True');
}
