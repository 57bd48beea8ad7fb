import { lstatSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { contextName, sha256Of } from '../containerfile/context-file.ts';
import type { SourceFile } from '../steps/step.ts';
import { readTree, type SourceTree } from './source-tree.ts';

/** The files below `layers/` that steps ask for, each read and summed once. */
export interface Sources {
  /** `path` is relative to `layers/`. A string is what is wrong with it. */
  get(path: string): SourceFile | string;
  /** The files of a folder; undefined where there is none. */
  tree(path: string): SourceTree | undefined;
}

export function openSources(root: string): Sources {
  const layers = join(root, 'layers');
  const known = new Map<string, SourceFile | string>();
  const trees = new Map<string, SourceTree | undefined>();
  const get = (path: string) => {
    const found = known.get(path) ?? read(layers, path);
    known.set(path, found);
    return found;
  };
  return {
    get,
    tree(path) {
      if (!trees.has(path)) trees.set(path, isFolder(layers, path) ? readTree(layers, path, get) : undefined);
      return trees.get(path);
    },
  };
}

function isFolder(layers: string, path: string): boolean {
  const found = find(layers, path);
  return typeof found !== 'string' && found.isDirectory();
}

/** What is at a path, or why nothing is taken from there. */
function find(layers: string, path: string): Stats | string {
  const parts = path.split('/');
  for (const [index] of parts.entries()) {
    const part = parts.slice(0, index + 1).join('/');
    const stat = lstatSync(join(layers, part), { throwIfNoEntry: false });
    if (stat === undefined) return `there is no layers/${part}`;
    // A link could lead out of the repository, and what it leads to is not what is reviewed.
    if (stat.isSymbolicLink()) return `layers/${part} is a symbolic link`;
    if (index === parts.length - 1) return stat;
    if (!stat.isDirectory()) return `layers/${part} is not a folder`;
  }
  return `there is no layers/${path}`;
}

function read(layers: string, path: string): SourceFile | string {
  const found = find(layers, path);
  if (typeof found === 'string') return found;
  if (!found.isFile()) return `layers/${path} is not a file`;
  try {
    const file = join(layers, path);
    const sha256 = sha256Of(readFileSync(file));
    return {
      name: contextName(path, sha256),
      sha256,
      source: `layers/${path}`,
      read: () => readFileSync(file),
    };
  } catch (error) {
    return `layers/${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  }
}
