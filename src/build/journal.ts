import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest } from '../values/digest.ts';
import { atomicWrite } from './atomic-write.ts';

/** The folder for what is this machine's alone, ignored by git. */
export const LOCAL = '.layers';

/** What this machine has pushed of a build: enough to know its own tags again without --adopt. */
export interface Pushed {
  readonly digest: string;
  readonly images: readonly string[];
}

export async function readPushed(root: string, hash: string): Promise<Pushed | undefined> {
  try {
    const { digest, images } = JSON.parse(await readFile(fileOf(root, hash), 'utf8')) as Pushed;
    parseDigest(digest);
    return Array.isArray(images) ? { digest, images } : undefined;
  } catch {
    // Lost or broken, it is as if nothing had been pushed from here.
    return undefined;
  }
}

export async function writePushed(root: string, hash: string, pushed: Pushed): Promise<void> {
  await atomicWrite(fileOf(root, hash), `${JSON.stringify(pushed, null, 2)}\n`);
}

function fileOf(root: string, hash: string): string {
  return join(root, LOCAL, 'pushed', `${hash}.json`);
}
