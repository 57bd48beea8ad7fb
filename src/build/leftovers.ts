import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readMark, removeContainers, stopEngines } from '../engines/leftovers.ts';
import { SCRATCH } from './run.ts';
import { SECRETS_NOTE } from './secrets.ts';

/**
 * Ends and removes what runs left behind that were killed. Whoever calls it holds the repository, so that nobody else is
 * at work in it.
 */
export async function removeLeftovers(root: string): Promise<void> {
  const parent = join(root, SCRATCH);
  const names = await readdir(parent).catch(() => []);
  if (names.length === 0) return;
  await stopEngines(parent);
  const scratches = names.map((name) => join(parent, name));
  const engines = new Set(await Promise.all(scratches.map(readMark)));
  for (const scratch of scratches) await removeSecrets(scratch);
  for (const engine of engines) {
    // An engine that is gone meanwhile keeps nobody from building with the other one.
    if (engine !== undefined) await removeContainers(engine, parent).catch(() => {});
  }
  for (const scratch of scratches) await rm(scratch, { recursive: true, force: true });
}

/** What a build had of secrets, in memory. */
async function removeSecrets(scratch: string): Promise<void> {
  const folder = await readFile(join(scratch, SECRETS_NOTE), 'utf8').catch(() => undefined);
  // A note is a file that anybody in the repository may write: it says nothing but where a folder of ours is.
  if (folder === undefined || !/^layers-[A-Za-z0-9]{6}$/.test(basename(folder))) return;
  const places = [process.env.XDG_RUNTIME_DIR, '/dev/shm', tmpdir()];
  if (!places.some((place) => place !== undefined && folder === join(place, basename(folder)))) return;
  await rm(folder, { recursive: true, force: true });
}
