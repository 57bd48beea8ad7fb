import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import { type BuildSecret, SECRET_KEYS } from '../values/build-secret.ts';

/** Where this machine has the secrets of builds. */
export interface SecretSources {
  /** The folder of a subscription's certificates. Default: the host's own. */
  readonly entitlement?: string;
  /** Folders by the names that layers give their secrets. */
  readonly folders: ReadonlyMap<string, string>;
}

export interface StagedSecret {
  readonly secret: BuildSecret;
  /** A folder with its files and nothing else. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Buffer>;
}

/** A file in a build's scratch folder, with the folder of its secrets. */
export const SECRETS_NOTE = 'secrets';

/** Where a subscribed host has its certificates, and where a container on one is given them. */
const HOST = ['/etc/pki/entitlement', '/run/secrets/etc-pki-entitlement'];

/**
 * Gives work the secrets of a build, copied to memory where the machine has a place for it: the originals keep their
 * SELinux labels, and what a folder has besides is not shown to a build. `scratch` keeps a note of where they are, for
 * whoever comes after a run that was killed.
 */
export async function withSecrets<T>(
  secrets: readonly BuildSecret[],
  sources: SecretSources,
  pools: string,
  scratch: string,
  work: (staged: readonly StagedSecret[]) => Promise<T>,
): Promise<T> {
  if (secrets.length === 0) return work([]);
  const found = await readSecrets(secrets, sources, pools);
  const parent = await mkdtemp(join(await memory(), 'layers-'));
  try {
    await writeFile(join(scratch, SECRETS_NOTE), parent);
    const staged = [];
    for (const { secret, files } of found) {
      const folder = join(parent, secret.name);
      await mkdir(folder, { mode: 0o700 });
      for (const [name, bytes] of files) await writeFile(join(folder, name), bytes, { mode: 0o600 });
      staged.push({ secret, folder, files });
    }
    return await work(staged);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
}

/** Fails where one of them is not here, or not readable. */
export async function readSecrets(
  secrets: readonly BuildSecret[],
  sources: SecretSources,
  pools: string,
): Promise<Omit<StagedSecret, 'folder'>[]> {
  const found = [];
  for (const secret of secrets) found.push({ secret, files: await read(secret, sources, pools) });
  return found;
}

async function memory(): Promise<string> {
  for (const folder of [process.env.XDG_RUNTIME_DIR, '/dev/shm']) {
    if (folder === undefined) continue;
    const usable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (usable) return folder;
  }
  return tmpdir();
}

async function read(
  secret: BuildSecret,
  sources: SecretSources,
  pools: string,
): Promise<ReadonlyMap<string, Buffer>> {
  return secret.type === 'entitlement'
    ? readEntitlement(sources.entitlement, pools)
    : readKeys(secret, sources.folders.get(secret.name), pools);
}

async function readEntitlement(
  given: string | undefined,
  pools: string,
): Promise<ReadonlyMap<string, Buffer>> {
  for (const folder of given === undefined ? HOST : [given]) {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (given === undefined && error.code === 'ENOENT') return [];
      throw unreadable(folder, error);
    });
    const certificates = names.filter((name) => name.endsWith('.pem')).sort();
    if (certificates.length > 0) return readAll(folder, certificates);
  }
  throw failure(
    'input',
    'entitlement-missing',
    given === undefined
      ? `the build of ${pools} needs a RHEL entitlement, and this machine has none`
      : `${given} has no certificates (*.pem), and the build of ${pools} needs a RHEL entitlement`,
    {
      hint: 'Build on a subscribed host, or give the folder of the certificates: --entitlement <folder>. A cluster has them in the Secret etc-pki-entitlement of openshift-config-managed: `oc -n openshift-config-managed extract secret/etc-pki-entitlement --to=<folder>`.',
    },
  );
}

async function readKeys(
  { name, type }: BuildSecret,
  folder: string | undefined,
  pools: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const keys = SECRET_KEYS[type];
  if (folder === undefined) {
    throw failure('input', 'secret-missing', `the build of ${pools} needs the secret ${name}`, {
      hint: `Give the folder that has its files ${keys.join(' and ')}: --secret ${name}=<folder>.`,
    });
  }
  return readAll(folder, keys);
}

/** A secret is a few short lines: what is larger was not meant. */
const LARGEST = 1024 * 1024;

async function readAll(folder: string, names: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of names) {
    const file = join(folder, name);
    try {
      if ((await stat(file)).size > LARGEST) throw new Error('it is larger than 1 MiB');
      files.set(name, await readFile(file));
    } catch (error) {
      throw unreadable(file, error as Error);
    }
  }
  return files;
}

function unreadable(path: string, error: Error) {
  return failure('input', 'secret-unreadable', `${path} cannot be read: ${error.message}`);
}
