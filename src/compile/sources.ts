import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextName, sha256Of } from '../containerfile/context-file.ts';
import type { SourceFile } from '../steps/step.ts';

/** The files below `layers/` that steps ask for, each read and summed once. */
export interface Sources {
  /** `path` is relative to `layers/`. A string is what is wrong with it. */
  get(path: string): SourceFile | string;
}

export function openSources(root: string): Sources {
  const known = new Map<string, SourceFile | string>();
  return {
    get(path) {
      const found = known.get(path) ?? read(join(root, 'layers'), path);
      known.set(path, found);
      return found;
    },
  };
}

function read(layers: string, path: string): SourceFile | string {
  const parts = path.split('/');
  for (const [index] of parts.entries()) {
    const part = parts.slice(0, index + 1).join('/');
    const stat = lstatSync(join(layers, part), { throwIfNoEntry: false });
    if (stat === undefined) return `there is no layers/${part}`;
    // A link could lead out of the repository, and what it leads to is not what is reviewed.
    if (stat.isSymbolicLink()) return `layers/${part} is a symbolic link`;
    const isLast = index === parts.length - 1;
    if (isLast ? !stat.isFile() : !stat.isDirectory())
      return `layers/${part} is not a ${isLast ? 'file' : 'folder'}`;
  }
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
