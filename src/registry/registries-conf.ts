import { access, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseRegistriesFile, type RegistryEntry, wrong } from './registries-file.ts';

/** Which files say where registries are. */
export interface RegistriesFiles {
  readonly main: string;
  /** Somebody named it, so that it must exist. */
  readonly named: boolean;
  /** Folders whose *.conf come after it. */
  readonly folders: readonly string[];
}

/** As the engines' library looks for them: a person's own file takes the place of the machine's, drop-ins included. */
export async function registriesFiles(env: NodeJS.ProcessEnv): Promise<RegistriesFiles> {
  const user = join(env.HOME || homedir(), '.config/containers');
  const own = join(user, 'registries.conf');
  const folders = ['/etc/containers/registries.conf.d', join(user, 'registries.conf.d')];
  const named = (env.CONTAINERS_REGISTRIES_CONF ?? env.REGISTRIES_CONFIG_PATH) || undefined;
  if (named !== undefined) return { main: named, named: true, folders };
  const isThere = await access(own).then(
    () => true,
    () => false,
  );
  return isThere
    ? { main: own, named: false, folders: folders.slice(1) }
    : { main: '/etc/containers/registries.conf', named: false, folders };
}

/** All entries, each prefix once: what a later file says of one replaces what an earlier one said. */
export async function loadRegistries(env: NodeJS.ProcessEnv): Promise<readonly RegistryEntry[]> {
  const { main, named, folders } = await registriesFiles(env);
  const dropIns = (await Promise.all(folders.map(confFiles))).flat();
  const files = await Promise.all(
    [main, ...dropIns].map(async (path) => {
      const text = await read(path, path === main && !named);
      return text === undefined ? [] : parseRegistriesFile(path, text, path === main);
    }),
  );
  const entries = new Map(files.flat().map((entry) => [entry.prefix, entry]));
  return [...entries.values()];
}

async function confFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.conf'));
    // By bytes, as Go sorts.
    return names
      .map(({ name }) => join(folder, name))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw wrong(folder, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function read(path: string, mayBeMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (mayBeMissing && code === 'ENOENT') return undefined;
    throw wrong(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`);
  }
}
