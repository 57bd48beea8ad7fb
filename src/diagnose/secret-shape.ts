import { at, isData, type SavedObject, textAt } from '../gathered/object.ts';
import { isElided, REGISTRY_KEYS } from '../values/registry-secret.ts';

const TOP = ['auths', 'credHelpers', 'credsStore'];
const ENTRY = ['username', 'password', 'email', 'auth'];

/** What may be told of a Secret of registries: never what is in it. */
export interface SecretShape {
  readonly name: string;
  readonly type: string;
  readonly keys: readonly string[];
  /** The registries that it has credentials for; unknown where its content was not saved, or is none. */
  readonly registries?: readonly string[];
  /** Whether the tool that saved it took the content out, as must-gather does. */
  readonly isElided: boolean;
  /** Why the operator does not take it, in two kinds: its form, and what is in it. */
  readonly fault?: { readonly code: 'secret-type' | 'secret-content'; readonly why: string };
}

export function shapeOf(secret: SavedObject): SecretShape {
  const type = textAt(secret.data, 'type') ?? '';
  const values = valuesOf(secret);
  const shape = { name: secret.name, type, keys: Object.keys(values).sort() };
  const form = faultOfForm(type, values);
  if (form !== undefined) return { ...shape, isElided: false, fault: { code: 'secret-type', why: form } };
  const text = values[REGISTRY_KEYS[type]!]!;
  if (isElided(text)) return { ...shape, isElided: true };
  const { registries, why } = contentOf(text);
  return {
    ...shape,
    isElided: false,
    ...(registries && { registries }),
    ...(why !== undefined && { fault: { code: 'secret-content', why } }),
  };
}

/** As one line. */
export function describeShape({ type, keys, registries, isElided }: SecretShape): string {
  const what = `${type || 'no type'} with ${keys.join(', ') || 'no data'}`;
  if (isElided) return `${what}; its content was not saved`;
  if (registries === undefined) return what;
  return `${what}, for ${registries.join(', ') || 'no registry'}`;
}

/** Whether it has credentials for where an image is: a key of docker's may be a part of its path, too. */
export function hasCredentialsFor({ registries }: SecretShape, image: string): boolean | undefined {
  return registries?.some((key) => {
    const place = key.replace(/^https?:\/\//, '').replace(/\/(?:v[12]\/?)?$/, '');
    return (
      image === place ||
      image.startsWith(`${place}/`) ||
      (place === 'index.docker.io' && image.startsWith('docker.io/'))
    );
  });
}

function valuesOf(secret: SavedObject): Record<string, string> {
  const [data, plain] = [at(secret.data, 'data'), at(secret.data, 'stringData')];
  const decoded = Object.entries(isData(data) ? data : {}).map(([key, value]) => [
    key,
    Buffer.from(String(value ?? ''), 'base64').toString('utf8'),
  ]);
  return { ...Object.fromEntries(decoded), ...(isData(plain) ? (plain as Record<string, string>) : {}) };
}

function faultOfForm(type: string, values: Readonly<Record<string, string>>): string | undefined {
  if (Object.keys(values).length === 0) return 'it has no data';
  if (type === '') return 'it has no type';
  const key = REGISTRY_KEYS[type];
  if (key === undefined) return `its type is ${type}`;
  const value = values[key];
  if (value === undefined) return `${key} is missing`;
  if (value === '') return `${key} is empty`;
  const other = Object.values(REGISTRY_KEYS).find((candidate) => candidate !== key && candidate in values);
  return other === undefined ? undefined : `it is of type ${type}, and has ${other}, too`;
}

/** The registries, or what a strict reader minds: names of keys only. */
function contentOf(text: string): { registries?: string[]; why?: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { why: 'it is not JSON' };
  }
  if (data === null) return { why: 'it is null' };
  if (!isData(data)) return { why: 'it is JSON, and no object' };
  const isNew = TOP.some((key) => key in data);
  const entries = isNew ? (data.auths ?? {}) : data;
  if (!isData(entries) || !Object.values(entries).every(isData)) return { why: 'its entries are no objects' };
  const registries = Object.keys(entries).sort();
  const unknown = [
    ...(isNew ? Object.keys(data).filter((key) => !TOP.includes(key)) : []),
    ...new Set(Object.values(entries).flatMap((entry) => Object.keys(entry as object))),
  ].filter((key) => !ENTRY.includes(key));
  return unknown.length === 0 ? { registries } : { registries, why: `it has the keys ${unknown.join(', ')}` };
}
