import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

export type Files = ReadonlyMap<string, string | Uint8Array>;

/** A file of `dist/` that another synth would write, change or remove. */
export interface Change {
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

/** The files of a folder, by path. None where there is no folder. */
export function readFiles(folder: string): Map<string, Uint8Array> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file)]),
  );
}

/** What would change in a folder if it held these files and no others. */
export function compare(folder: string, files: Files): Change[] {
  const present = readFiles(folder);
  const changes: Change[] = [];
  for (const [path, content] of files) {
    const before = present.get(path);
    if (before === undefined) changes.push({ path, change: 'added' });
    else if (!Buffer.from(before).equals(Buffer.from(content))) changes.push({ path, change: 'changed' });
  }
  for (const path of present.keys()) if (!files.has(path)) changes.push({ path, change: 'removed' });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Makes a folder hold these files and no others: all of them, or, interrupted, what it held before. */
export function replace(folder: string, files: Files): Change[] {
  const changes = compare(folder, files);
  if (changes.length === 0) return changes;
  const parent = dirname(folder);
  // Beside it, because only a rename within a file system is atomic.
  const work = mkdtempSync(join(parent, '.dist-'));
  try {
    const next = join(work, 'next');
    for (const [path, content] of files) {
      mkdirSync(dirname(join(next, path)), { recursive: true });
      writeFileSync(join(next, path), content);
    }
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) renameSync(folder, join(work, 'before'));
    try {
      renameSync(next, folder);
    } catch (error) {
      if (files.size > 0) renameSync(join(work, 'before'), folder);
      throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return changes;
}
