import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { atomicWrite } from './atomic-write.ts';
import { LOCAL } from './journal.ts';

/** A file's text before and after, none where it is not there. */
export interface FileChange {
  readonly file: string;
  readonly before?: string;
  readonly after?: string;
}

const FOLDER = join(LOCAL, 'pinning');
const JOURNAL = join(FOLDER, 'journal.json');

/**
 * Writes files, and then does what is to be done with them as they are now: all of it or nothing, also where the process is
 * killed. What was under way is in a journal then, see `unfinishedWrite`. Each file is as it was or as it is to be, at any
 * moment. False where all of them are the same already.
 */
export async function writeTogether(
  root: string,
  texts: ReadonlyMap<string, string | undefined>,
  next: () => void,
): Promise<boolean> {
  const changes = [...texts]
    .map(([file, after]) => change(file, readText(join(root, file)), after))
    .filter(({ before, after }) => before !== after);
  if (changes.length > 0) {
    await stage(root, changes);
    await atomicWrite(join(root, JOURNAL), `${JSON.stringify(changes)}\n`);
  }
  try {
    putAll(root, changes);
    next();
  } catch (error) {
    await revert(root, changes);
    throw error;
  }
  if (changes.length > 0) await forget(root);
  return changes.length > 0;
}

/** What a run that was killed was writing; undefined where there is nothing, or somebody else has had a hand in it since. */
export function unfinishedWrite(root: string): readonly FileChange[] | undefined {
  const text = readText(join(root, JOURNAL));
  if (text === undefined) return undefined;
  try {
    const changes = JSON.parse(text) as FileChange[];
    const isAsLeft = changes.every(({ file, before, after }) => {
      const now = isOfLock(file) ? readText(join(root, file)) : null;
      return now === before || now === after;
    });
    return isAsLeft ? changes : undefined;
  } catch {
    return undefined;
  }
}

/** A journal is a file that anybody may write: it says nothing of other files. */
function isOfLock(file: string): boolean {
  return /^layers\/.+\.lock$/.test(file) && !file.split('/').includes('..');
}

export async function apply(root: string, changes: readonly FileChange[]): Promise<void> {
  await stage(root, changes);
  putAll(root, changes);
}

export async function revert(root: string, changes: readonly FileChange[]): Promise<void> {
  await apply(
    root,
    changes.map(({ file, before, after }) => change(file, after, before)),
  );
  await forget(root);
}

/** Says that nothing is under way any more. */
export async function forget(root: string): Promise<void> {
  await rm(join(root, JOURNAL), { force: true });
  await rm(join(root, FOLDER), { recursive: true, force: true });
}

function change(file: string, before: string | undefined, after: string | undefined): FileChange {
  return { file, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

/** The new texts on the disk, beside the repository's own files, so that putting them in place takes no time. */
async function stage(root: string, changes: readonly FileChange[]): Promise<void> {
  await mkdir(join(root, FOLDER), { recursive: true });
  for (const [index, { after }] of changes.entries()) {
    if (after === undefined) continue;
    const handle = await open(staged(root, index), 'w');
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

function staged(root: string, index: number): string {
  return join(root, FOLDER, String(index));
}

/** Without a pause for anybody else. */
function putAll(root: string, changes: readonly FileChange[]): void {
  for (const [index, { file, after }] of changes.entries()) {
    const target = join(root, file);
    if (after === undefined) {
      rmSync(target, { force: true });
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    const mode = statSync(target, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined) chmodSync(staged(root, index), mode);
    renameSync(staged(root, index), target);
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
