import { failure } from '../diagnostics.ts';
import { type AuthFile, authFileList, existing, readAuthFile } from './auth-file.ts';
import { askHelper } from './credential-helper.ts';

export type Credentials =
  | { readonly user: string; readonly password: string }
  | { readonly identityToken: string };

/** What the auth files had for a repository, and where was looked: a refusal has to say. */
export interface Lookup {
  readonly credentials?: Credentials;
  /** The file that had them. */
  readonly file?: string;
  /** The key in that file, or the helper that it names. */
  readonly entry?: string;
  /** The files that were read, where none had any. */
  readonly read: readonly string[];
  /** All places in which a file was looked for. */
  readonly places: readonly string[];
}

export interface LookupOptions {
  readonly authfile?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** The first credentials for a repository in the usual files. */
export async function findCredentials(
  host: string,
  repository: string,
  { authfile, env, signal }: LookupOptions,
): Promise<Lookup> {
  const { paths, named } = authFileList(authfile, env);
  for (const path of paths) {
    const file = await readAuthFile(path, named);
    const found = file && (await findInFile(file, host, repository, env, signal));
    if (found) return { ...found, file: path, read: [path], places: paths };
  }
  return { read: await existing(paths), places: paths };
}

interface Found {
  readonly credentials: Credentials;
  readonly entry: string;
}

async function findInFile(
  file: AuthFile,
  host: string,
  repository: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Found | undefined> {
  const ask = async (name: string, server: string): Promise<Found | undefined> => {
    const credentials = await askHelper({ name, server, file: file.path, env, signal });
    return credentials && { credentials, entry: `docker-credential-${name}` };
  };
  // A helper of this host replaces whatever else the file has for it.
  if (Object.hasOwn(file.credHelpers, host)) return ask(String(file.credHelpers[host]), host);
  const key = keysFor(host, repository, file).find((candidate) => decode(file, candidate) !== undefined);
  if (key !== undefined) return { credentials: decode(file, key)!, entry: key };
  if (file.credsStore === undefined) return undefined;
  return ask(file.credsStore, host === 'docker.io' ? 'https://index.docker.io/v1/' : host);
}

/** The file's keys that are for this repository, the most specific first; those of old Docker versions last. */
function keysFor(host: string, repository: string, file: AuthFile): string[] {
  const parts = [host, ...repository.split('/')];
  const exact = parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
  const legacy = Object.keys(file.auths).filter((key) => !exact.includes(key) && legacyHost(key) === host);
  return [...exact.filter((key) => Object.hasOwn(file.auths, key)), ...legacy];
}

/** The host of `https://registry.example.com/v1/`; undefined for a key in today's form. */
function legacyHost(key: string): string | undefined {
  const host = /^https?:\/\/([^/]+)/.exec(key)?.[1] ?? /^([^/]+)\/v[12]\/?$/.exec(key)?.[1];
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host;
}

function decode(file: AuthFile, key: string): Credentials | undefined {
  const { auth, identitytoken } = file.auths[key] ?? {};
  if (identitytoken) return { identityToken: identitytoken };
  // `{}` says that a log-in exists whose password is in credsStore.
  if (!auth) return undefined;
  const text = Buffer.from(String(auth), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) {
    throw failure('input', 'auth-file', `${file.path}: the entry of ${key} is not base64 of user:password`, {
      hint: `Write it again: podman login --authfile ${file.path} ${key}.`,
    });
  }
  return { user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
