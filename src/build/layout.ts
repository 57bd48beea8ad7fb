import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, parseDigest } from '../values/digest.ts';
import { LOCAL } from './journal.ts';

/** The OCI layout of a build that was not pushed, in which its name is the build's hash. */
export function layoutFolder(root: string, hash: string): string {
  return join(root, LOCAL, 'images', hash);
}

/** The digest of the image that a layout has; undefined where there is none, or not a whole one. */
export async function readLayout(folder: string): Promise<Digest | undefined> {
  try {
    const { manifests } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')) as {
      manifests: { digest: string }[];
    };
    return manifests.length === 1 ? parseDigest(manifests[0]!.digest) : undefined;
  } catch {
    return undefined;
  }
}

/** Puts a finished layout in its place. The one before it stays until then. */
export async function keepLayout(made: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
}
