import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFiles } from '../constructs/write-files.ts';
import { failure, type LayersError } from '../diagnostics.ts';

export type Files = ReadonlyMap<string, string | Uint8Array>;

/** A file of `dist/` that another synth would write, change or remove. */
export interface Change {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/** The files of a folder, by path; none where there is no folder. Links and devices are never followed or read, and have no content. */
export function readFiles(folder: string): Map<string, Uint8Array | undefined> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => ({ file: join(entry.parentPath, entry.name), isFile: entry.isFile() }))
      .sort((a, b) => (a.file < b.file ? -1 : 1))
      .map(({ file, isFile }) => [
        file.slice(folder.length + 1),
        isFile ? new Uint8Array(readFileSync(file)) : undefined,
      ]),
  );
}

/** What would change in a folder if it held these files and no others. */
export function compare(folder: string, files: Files): Change[] {
  const present = readFiles(folder);
  const changes: Change[] = [];
  for (const [path, content] of files) {
    const before = present.get(path);
    if (!present.has(path)) changes.push({ path, change: 'added' });
    else if (before === undefined || !Buffer.from(content).equals(before))
      changes.push({ path, change: 'changed' });
  }
  for (const path of present.keys()) if (!files.has(path)) changes.push({ path, change: 'removed' });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a folder's next files are made, and its last ones kept until they are no longer needed: beside it, ignored by git, and on the same file system. */
const workOf = (folder: string) => join(dirname(folder), '.layers', 'dist');

/** Makes a folder hold these files and no others: all of them, or, interrupted, what it held before. */
export function replace(folder: string, files: Files): Change[] {
  const changes = compare(folder, files);
  if (changes.length === 0) return changes;
  const work = `${workOf(folder)}.${process.pid}`;
  const next = join(work, 'next');
  const before = join(work, 'before');
  try {
    writeFiles(next, files);
    const isThere = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
    if (isThere) renameSync(folder, before);
    try {
      renameSync(next, folder);
    } catch (error) {
      if (isThere) renameSync(before, folder);
      throw error;
    }
  } catch (error) {
    throw unwritable(folder, error as Error);
  } finally {
    if (existsSync(work)) rmSync(work, { recursive: true, force: true });
  }
  return changes;
}

/**
 * Puts back what a process that died between its two renames had moved aside: no file system call that Node has
 * exchanges two folders at once.
 */
export function restore(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  const parent = dirname(workOf(folder));
  if (lstatSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const [latest] = readdirSync(parent)
    .filter((name) => /^dist\.\d+$/.test(name))
    .flatMap(
      (name) => lstatSync(join(parent, name, 'before'), { throwIfNoEntry: false }) && join(parent, name),
    )
    .filter((work) => work !== undefined)
    .sort((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs);
  if (latest === undefined) return;
  renameSync(join(latest, 'before'), folder);
  rmSync(latest, { recursive: true, force: true });
}

function unwritable(folder: string, error: Error): LayersError {
  return failure('input', 'dist-unwritable', `${folder} could not be written: ${error.message}`, {
    hint: 'It is as it was. Look at its permissions, and at the room on the disk.',
  });
}
