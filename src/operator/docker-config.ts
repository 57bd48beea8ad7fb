import { goJsonMap, goJsonOf, goJsonText, type JsonNode, parseGoJson } from './go-json.ts';
import { quoted } from './names.ts';
import { Refusal } from './refusal.ts';

const FIELDS = ['username', 'password', 'email', 'auth'] as const;
type Entry = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

/** Credentials by registry. */
export type DockerConfig = ReadonlyMap<string, Entry>;

interface Decoded {
  readonly config: DockerConfig;
  /** The first thing that is not as it should be; Go decodes the rest all the same. */
  readonly error?: string;
}

/** Compact, with what is empty left out, and registries in the order of their bytes. */
export function printConfig(config: DockerConfig): string {
  if (config.size === 0) return '{}';
  const auths = [...config].map(([registry, entry]) => {
    const fields = FIELDS.filter((field) => entry[field]).map(
      (field) => `"${field}":${goJsonText(entry[field]!)}`,
    );
    return [registry, `{${fields.join(',')}}`] as const;
  });
  return `{"auths":${goJsonMap(auths)}}`;
}

/** Up to 4.19: new credentials as they are, old ones below `auths`, whatever else they have. */
export function looseConfig(bytes: Buffer): string {
  const root = Refusal.wrap('could not decode new-style pull secret', () => {
    const parsed = parseGoJson(bytes);
    if (parsed.kind !== 'object' && parsed.kind !== 'null') {
      throw new Refusal(`json: cannot unmarshal ${parsed.kind} into Go value of type common.newStyleAuth`);
    }
    return parsed;
  });
  const entries = root.kind === 'object' ? root.entries : [];
  const auths = entries.filter(([key]) => isKey(key, 'auths')).map(([, value]) => value);
  const wrong = auths.find(({ kind }) => kind !== 'object' && kind !== 'null');
  if (wrong !== undefined) {
    throw new Refusal(
      `could not decode new-style pull secret: json: cannot unmarshal ${wrong.kind} into Go struct field newStyleAuth.auths of type map[string]interface {}`,
    );
  }
  if (auths.some((value) => value.kind === 'object' && value.entries.length > 0))
    return bytes.toString('utf8');
  return entries.length === 0 ? '{}' : `{"auths":${goJsonOf(root)}}`;
}

/** From 4.20 on: `auths`, and programs that keep credentials, which are passed over. */
export function strictConfig(bytes: Buffer): Decoded & { readonly hasOwnKeys: boolean } {
  const root = parseGoJson(bytes);
  const saved = new Saved();
  const config = new Map<string, Entry>();
  let hasHelpers = false;
  if (root.kind !== 'object' && root.kind !== 'null')
    saved.cannot(root, 'Go value of type secrets.withCredHelpers');
  for (const [key, value] of root.kind === 'object' ? root.entries : []) {
    if (isKey(key, 'auths')) {
      decodeMap(value, config, saved, 'withCredHelpers.DockerConfigJSON.auths', 'DockerConfigJSON.auths.');
    } else if (isKey(key, 'credHelpers') || isKey(key, 'credsStore')) {
      hasHelpers = true;
    } else {
      saved.unknown(key);
    }
  }
  return { config, hasOwnKeys: config.size > 0 || hasHelpers, ...saved.error() };
}

export function legacyConfig(bytes: Buffer): Decoded {
  return legacyOf(parseGoJson(bytes));
}

function legacyOf(root: JsonNode): Decoded {
  const saved = new Saved();
  const config = new Map<string, Entry>();
  decodeMap(root, config, saved, undefined, '');
  return { config, ...saved.error() };
}

/** 4.22: one after the other, and `auths` alone. What follows the first value is not looked at. */
export function streamConfig(bytes: Buffer): DockerConfig {
  const tries = [
    ['dockerconfigjson', newStyleOnly],
    ['dockercfg', legacyOf],
  ] as const;
  const errors: string[] = [];
  for (const [name, decode] of tries) {
    const { config, error } = decodeStream(bytes, decode);
    if (error === undefined) return config;
    if (error === IS_NULL) throw new Refusal(error);
    errors.push(`could not decode ${name} bytes: ${error}`);
  }
  throw new Refusal(`input bytes not dockerconfigjson or dockercfg secret(s): ${errors.join('\n')}`);
}

function decodeStream(bytes: Buffer, decode: (root: JsonNode) => Decoded): Decoded {
  try {
    return decode(parseGoJson(bytes, 'stream'));
  } catch (error) {
    if (error instanceof Refusal) return { config: new Map(), error: error.message };
    throw error;
  }
}

const IS_NULL = 'decoded DockerConfigJSONBytes is nil';

function newStyleOnly(root: JsonNode): Decoded {
  if (root.kind === 'null') return { config: new Map(), error: IS_NULL };
  const saved = new Saved();
  const config = new Map<string, Entry>();
  if (root.kind !== 'object') saved.cannot(root, 'Go value of type secrets.DockerConfigJSON');
  for (const [key, value] of root.kind === 'object' ? root.entries : []) {
    if (isKey(key, 'auths')) decodeMap(value, config, saved, 'DockerConfigJSON.auths', 'auths.');
    else saved.unknown(key);
  }
  return { config, ...saved.error() };
}

/** Go's own way of errors while decoding: the first is told, and the rest is decoded. */
class Saved {
  private message: string | undefined;

  unknown(key: string): void {
    this.message ??= `json: unknown field ${quoted(key)}`;
  }

  cannot({ kind }: JsonNode, what: string): void {
    this.message ??= `json: cannot unmarshal ${kind} into ${what}`;
  }

  error(): { error?: string } {
    return this.message === undefined ? {} : { error: this.message };
  }
}

function decodeMap(
  node: JsonNode,
  config: Map<string, Entry>,
  saved: Saved,
  field: string | undefined,
  prefix: string,
): void {
  const within = field === undefined ? 'Go value' : `Go struct field ${field}`;
  if (node.kind === 'null') return;
  if (node.kind !== 'object') {
    saved.cannot(node, `${within} of type secrets.DockerConfig`);
    return;
  }
  for (const [registry, value] of node.entries) {
    config.set(registry, decodeEntry(value, saved, `${within} of type secrets.DockerConfigEntry`, prefix));
  }
}

function decodeEntry(node: JsonNode, saved: Saved, type: string, prefix: string): Entry {
  if (node.kind !== 'object') {
    if (node.kind !== 'null') saved.cannot(node, type);
    return {};
  }
  const entry: Partial<Record<(typeof FIELDS)[number], string>> = {};
  for (const [key, value] of node.entries) {
    const field = FIELDS.find((name) => isKey(key, name));
    if (field === undefined) saved.unknown(key);
    else if (value.kind === 'string') entry[field] = String(value.value);
    else if (value.kind !== 'null') {
      saved.cannot(value, `Go struct field DockerConfigEntry.${prefix}${field} of type string`);
    }
  }
  return entry;
}

/** Go does not mind capitals in keys. */
function isKey(key: string, field: string): boolean {
  return key.toLowerCase() === field.toLowerCase();
}
