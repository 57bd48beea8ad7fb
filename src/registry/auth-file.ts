import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';

export interface AuthEntry {
  /** base64 of user:password. */
  readonly auth?: string;
  /** An OAuth2 refresh token, for registries whose log-in gives one. */
  readonly identitytoken?: string;
}

/** What this client reads of an auth.json or a Docker config.json. */
export interface AuthFile {
  readonly path: string;
  readonly auths: Readonly<Record<string, AuthEntry>>;
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly credsStore: string | undefined;
}

/** Which files may have credentials: the named one alone, or each of the usual ones that exists. */
export interface AuthFileList {
  readonly paths: readonly string[];
  /** Somebody named this file, so that it must exist. */
  readonly named: boolean;
}

/** The files of containers-auth.json(5), in its order. */
export function authFileList(authfile: string | undefined, env: NodeJS.ProcessEnv): AuthFileList {
  // As podman and buildah do: either of these stands for all the others, and has to exist.
  const named = authfile ?? (env.REGISTRY_AUTH_FILE || undefined);
  if (named !== undefined) return { paths: [named], named: true };
  const home = env.HOME || homedir();
  return {
    paths: [
      env.XDG_RUNTIME_DIR
        ? join(env.XDG_RUNTIME_DIR, 'containers/auth.json')
        : `/run/containers/${process.getuid?.() ?? 0}/auth.json`,
      join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers/auth.json'),
      join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    ],
    named: false,
  };
}

/** undefined where the file may be missing, and is. One that is there and cannot be understood is always an error. */
export async function readAuthFile(path: string, named: boolean): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!named) return undefined;
    throw failure('input', 'auth-file', `the auth file ${path} cannot be read: ${reason(error)}`, {
      hint: 'Name one that exists, or write it: podman login --authfile <file> <registry>.',
    });
  }
  const content = parse(text);
  if (content === undefined) {
    throw failure('input', 'auth-file', `the auth file ${path} is not a JSON object`, {
      hint: 'Write it again: podman login --authfile <file> <registry>.',
    });
  }
  return {
    path,
    auths: objectOf<AuthEntry>(content.auths),
    credHelpers: objectOf<string>(content.credHelpers),
    credsStore: typeof content.credsStore === 'string' && content.credsStore ? content.credsStore : undefined,
  };
}

/**
 * The file to pass to an engine as --authfile. Only one that was named here: buildah and podman look up the usual files and
 * $REGISTRY_AUTH_FILE by themselves, and fail where --authfile does not exist.
 */
export async function authFileForEngine(authfile: string | undefined): Promise<string | undefined> {
  if (authfile !== undefined) await readAuthFile(authfile, true);
  return authfile;
}

/** Those of the list that exist, for an error to say where was looked. */
export async function existing(paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]);
}

// Not JSON.parse's own message: newer ones quote the text, which has passwords in it.
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function objectOf<T>(content: unknown): Record<string, T> {
  return isObject(content) ? (content as Record<string, T>) : {};
}

function isObject(content: unknown): content is Record<string, unknown> {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown reason');
}
