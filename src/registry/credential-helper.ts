import { execFile } from 'node:child_process';
import { failure } from '../diagnostics.ts';
import type { Credentials } from './credentials.ts';

export interface HelperCall {
  /** What the auth file calls it: the program is docker-credential-<name>. */
  readonly name: string;
  /** The registry, as the helper keys it. */
  readonly server: string;
  /** The auth file that asked for it, for errors. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT = 30_000;

/** Runs a credential helper: https://github.com/docker/docker-credential-helpers. undefined where it has nothing for the host. */
export async function askHelper(call: HelperCall): Promise<Credentials | undefined> {
  // It becomes part of a program's name, which must not lead out of $PATH.
  if (!/^[A-Za-z0-9._-]+$/.test(call.name)) throw broken(call, 'its name is not one of a program');
  const { stdout, error } = await run(call);
  call.signal?.throwIfAborted();
  if (error !== undefined) {
    if (/credentials not found/i.test(stdout)) return undefined;
    if (error.code === 'ENOENT') throw broken(call, 'it is not installed');
    // Its output is not shown: what a helper prints may be a secret.
    throw broken(call, error.killed ? 'it did not answer in time' : `it failed (exit code ${error.code})`);
  }
  const answer = parse(stdout);
  if (answer === undefined) throw broken(call, 'its answer is not the JSON that helpers print');
  const { Username: user, Secret: secret } = answer;
  if (secret === '') return undefined;
  return user === '<token>' ? { identityToken: secret } : { user, password: secret };
}

interface Outcome {
  readonly stdout: string;
  readonly error?: { readonly code?: unknown; readonly killed?: boolean | undefined };
}

function run({ name, server, env, signal }: HelperCall): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env, timeout: TIMEOUT, maxBuffer: 1 << 20, ...(signal && { signal }) };
    const child = execFile(`docker-credential-${name}`, ['get'], options, (error, stdout) =>
      resolve({ stdout, ...(error && { error }) }),
    );
    // A helper that ends before it has read its input is reported by its exit code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(server);
  });
}

function parse(stdout: string): { Username: string; Secret: string } | undefined {
  try {
    const answer = JSON.parse(stdout);
    return typeof answer?.Username === 'string' && typeof answer.Secret === 'string' ? answer : undefined;
  } catch {
    return undefined;
  }
}

function broken({ name, server, file }: HelperCall, what: string): Error {
  return failure(
    'remote',
    'credential-helper',
    `the credential helper docker-credential-${name} cannot be used for ${server}: ${what}`,
    {
      hint: `${file} names it. Install or mend it, or take it out of the file and log in: podman login ${server}.`,
    },
  );
}
