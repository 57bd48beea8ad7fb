import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSources, type Sources } from '../../compile/sources.ts';
import { contextName, sha256Of } from '../../containerfile/context-file.ts';
import { failure } from '../../diagnostics.ts';
import type { BuildContext } from '../../import/context.ts';

/** Files of a build's context that become files below `layers/files/`. */
export interface TakenOver {
  /** By path below `layers/`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  takeOver(path: string): string;
}

export function takeOverInto(layer: string, context: BuildContext): TakenOver {
  const files = new Map<string, Uint8Array>();
  const names = new Map<string, string>();
  return {
    files,
    takeOver(path) {
      const known = names.get(path);
      if (known !== undefined) return known;
      // Backslashes and control characters are not for paths of sources.
      const plain = path.replaceAll(/[\\\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '_');
      const name = `files/${layer}/${plain}`;
      files.set(name, context.read(path));
      names.set(path, name);
      return name;
    },
  };
}

/** The sources of a repository, with files that are not written yet. */
export function sourcesWith(root: string, files: ReadonlyMap<string, Uint8Array>): Sources {
  const onDisk = openSources(root);
  return {
    tree: onDisk.tree,
    get(path) {
      const content = files.get(path);
      if (content === undefined) return onDisk.get(path);
      const sha256 = sha256Of(content);
      return { name: contextName(path, sha256), sha256, source: `layers/${path}`, read: () => content };
    },
  };
}

/** Refuses to write over what is there and is different. */
export function refuseOverwriting(root: string, files: ReadonlyMap<string, Uint8Array | string>): void {
  for (const [path, content] of files) {
    const file = join(root, path);
    if (!existsSync(file) || readFileSync(file).equals(Buffer.from(content))) continue;
    throw failure('input', 'file-exists', `${path} is there already, and is another one`, {
      hint: 'Choose another --name, or write over it: --force.',
    });
  }
}
