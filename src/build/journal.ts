import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest } from '../values/digest.ts';
import { atomicWrite } from './atomic-write.ts';

/** The folder for what is this machine's alone, ignored by git. */
export const LOCAL = '.layers';

/** What this machine has pushed of a build: enough to know its own tags again without --adopt. */
export interface Pushed {
  readonly digest: string;
  readonly images: readonly string[];
  /** It was found in a registry, and is not from here. */
  readonly adopted?: boolean;
}

export async function readPushed(root: string, hash: string): Promise<Pushed | undefined> {
  try {
    const text = await readFile(fileOf(root, 'pushed', hash), 'utf8');
    const { digest, images, adopted } = JSON.parse(text) as Pushed;
    parseDigest(digest);
    return Array.isArray(images) ? { digest, images, adopted: adopted === true } : undefined;
  } catch {
    // Lost or broken, it is as if nothing had been pushed from here.
    return undefined;
  }
}

export async function writePushed(root: string, hash: string, pushed: Pushed): Promise<void> {
  await atomicWrite(fileOf(root, 'pushed', hash), `${JSON.stringify(pushed, null, 2)}\n`);
  await rm(fileOf(root, 'pushing', hash), { force: true });
}

/** What this machine is about to push: a run that is killed meanwhile knows its own image by it. */
export interface Pushing {
  readonly image: string;
  /** The digest of the image's configuration, which covers all that is in it. */
  readonly config: string;
}

export async function readPushing(root: string, hash: string): Promise<Pushing | undefined> {
  try {
    const { image, config } = JSON.parse(await readFile(fileOf(root, 'pushing', hash), 'utf8')) as Pushing;
    return typeof image === 'string' ? { image, config: parseDigest(config) } : undefined;
  } catch {
    return undefined;
  }
}

export async function writePushing(root: string, hash: string, pushing: Pushing): Promise<void> {
  await atomicWrite(fileOf(root, 'pushing', hash), `${JSON.stringify(pushing, null, 2)}\n`);
}

function fileOf(root: string, folder: 'pushed' | 'pushing', hash: string): string {
  return join(root, LOCAL, folder, `${hash}.json`);
}
