import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atomicWrite } from '../../build/atomic-write.ts';
import { LOCAL } from '../../build/journal.ts';
import type { InstalledPackage } from '../../rpm/header.ts';

/** What an image has never changes: lists are kept by digest, and read once on a machine. An index has one a architecture. */
export async function rememberedPackages(
  root: string,
  image: string,
  architecture: string,
): Promise<InstalledPackage[] | undefined> {
  try {
    const list: unknown = JSON.parse(await readFile(fileOf(root, image, architecture), 'utf8'));
    return Array.isArray(list) ? list : undefined;
  } catch {
    // Not there, or torn: it is read anew.
    return undefined;
  }
}

export async function rememberPackages(
  root: string,
  image: string,
  architecture: string,
  packages: readonly InstalledPackage[],
): Promise<void> {
  const lines = packages.map((one) => JSON.stringify(one)).join(',\n');
  try {
    // Whatever the repository's own .gitignore says.
    await atomicWrite(join(root, LOCAL, '.gitignore'), '*\n');
    await atomicWrite(fileOf(root, image, architecture), `[${lines}]\n`);
  } catch {
    // Whoever may only read the repository does without.
  }
}

function fileOf(root: string, image: string, architecture: string): string {
  const digest = image.slice(image.lastIndexOf(':') + 1);
  return join(root, LOCAL, 'packages', architecture === 'amd64' ? digest : `${digest}-${architecture}`);
}
