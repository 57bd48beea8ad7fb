import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Diagnostic, LayersError } from '../diagnostics.ts';
import { dependencyOnUs } from '../init/dependency.ts';
import { readManifest } from '../init/manifest.ts';
import { repositoryFiles } from '../init/repository.ts';
import { packageRoot } from '../synth/package-root.ts';

export interface InitOptions {
  /** The folder to start in. It is made where there is none. */
  readonly directory: string;
}

export interface InitResult {
  readonly directory: string;
  /** What was written, relative to the folder. */
  readonly files: readonly string[];
}

/** Starts a repository. A file that is there already is an error, and then nothing is written. */
export function init(options: InitOptions): InitResult {
  const directory = resolve(options.directory);
  const root = packageRoot();
  const { spec, vendored } = dependencyOnUs(root);
  const files = new Map<string, string | Uint8Array>(repositoryFiles(directory, readManifest(root), spec));
  assertFree(directory, [...files.keys(), ...(vendored === undefined ? [] : [vendored.path])]);
  if (vendored !== undefined) files.set(vendored.path, vendored.pack());
  for (const [path, content] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    // wx: a file that appeared since is not overwritten either.
    writeFileSync(file, content, { flag: 'wx' });
  }
  return { directory, files: [...files.keys()].sort() };
}

const HINT = 'Nothing was written. Move it away, or start in another folder: `layers init <dir>`.';

/** All files in the way at once, and folders that are files. */
function assertFree(directory: string, paths: readonly string[]): void {
  const folders = new Set(paths.flatMap((path) => parents(join(directory, path))));
  const inTheWay: Diagnostic[] = [
    ...[...folders]
      .filter((folder) => isThere(folder) && !isFolder(folder))
      .map((folder) => problem('not-a-folder', `${folder} is not a folder`)),
    ...paths
      .filter((path) => isThere(join(directory, path)))
      .map((path) => problem('file-exists', `${join(directory, path)} is there already`)),
  ];
  const last = inTheWay.pop();
  if (last !== undefined) throw new LayersError([...inTheWay, { ...last, hint: HINT }]);
}

function problem(code: string, message: string): Diagnostic {
  return { code, severity: 'error', source: 'input', message };
}

function parents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...parents(parent)];
}

/** Whether anything has this name, a link that leads nowhere included. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // Below a file there is nothing; the file itself is reported.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(join(path, '.')).isDirectory();
  } catch {
    return false;
  }
}
