import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLock } from '../../../src/build/pin.ts';
import { LOCK, type Lock } from '../../../src/spec/lock.ts';

/** What a repository's lock says. */
export function lockOf({ root }: { readonly root: string }): Promise<Lock> {
  return readLock(root);
}

/** Every file of the lock, by its path in it. */
export async function lockTexts({ root }: { readonly root: string }): Promise<Record<string, string>> {
  const folder = join(root, LOCK);
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => name.endsWith('.lock')).sort();
  const texts = files.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}
