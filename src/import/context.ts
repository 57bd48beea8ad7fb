import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { globExpression } from './glob.ts';

/** A file, folder or link of the build's context. */
export interface ContextEntry {
  /** Relative to the context's root, without a slash before it. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** Permissions in octal. */
  readonly mode: string;
  readonly target?: string;
}

/** The folder that COPY takes files from. */
export interface BuildContext {
  /** What a source of COPY names, patterns included; an ignored file is not there. */
  find(source: string): readonly ContextEntry[];
  /** Everything below a folder, in the order of its names. */
  below(folder: string): readonly ContextEntry[];
  read(path: string): Uint8Array;
}

export function openContext(root: string): BuildContext {
  const isIgnored = readIgnored(root);
  const entryAt = (path: string): ContextEntry | undefined => {
    const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
    if (stat === undefined || (path !== '' && isIgnored(path) && !stat.isDirectory())) return undefined;
    const kind = stat.isSymbolicLink()
      ? 'link'
      : stat.isFile()
        ? 'file'
        : stat.isDirectory()
          ? 'folder'
          : 'other';
    return {
      path,
      kind,
      mode: (stat.mode & 0o7777).toString(8).padStart(4, '0'),
      ...(kind === 'link' && { target: readlinkSync(join(root, path)) }),
    };
  };
  const children = (folder: string): ContextEntry[] =>
    readdirSync(join(root, folder))
      .sort()
      .flatMap((name) => entryAt(folder === '' ? name : `${folder}/${name}`) ?? []);
  const below = (folder: string): ContextEntry[] =>
    children(folder).flatMap((entry) => (entry.kind === 'folder' ? [entry, ...below(entry.path)] : [entry]));
  return {
    find(source) {
      const path = normal(source);
      if (path === undefined) return [];
      if (!/[*?[]/.test(path)) return [entryAt(path)].filter((entry) => entry !== undefined);
      const expression = globExpression(path);
      return below('').filter((entry) => expression.test(entry.path));
    },
    below,
    read: (path) => readFileSync(join(root, path)),
  };
}

/** A source within the context: `..` cannot leave it. */
function normal(source: string): string | undefined {
  const parts: string[] = [];
  for (const part of source.split('/')) {
    if (part === '..') return undefined;
    if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** What `.containerignore`, or else `.dockerignore`, keeps out. */
function readIgnored(root: string): (path: string) => boolean {
  const name = ['.containerignore', '.dockerignore'].find(
    (file) => lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile() === true,
  );
  if (name === undefined) return () => false;
  const rules = readFileSync(join(root, name), 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const isNot = line.startsWith('!');
      const pattern = normal(isNot ? line.slice(1) : line) ?? '';
      // What is in an ignored folder is ignored with it.
      return { isNot, expressions: [globExpression(pattern), globExpression(`${pattern}/**`)] };
    });
  return (path) => {
    let isIgnored = false;
    for (const { isNot, expressions } of rules) {
      if (expressions.some((expression) => expression.test(path))) isIgnored = !isNot;
    }
    return isIgnored;
  };
}
