import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile, TreeFile } from '../steps/step.ts';
import { parseAbsolutePath } from '../values/paths.ts';
import { show, ValueError } from '../values/value.ts';

/** The files of a folder, in the order of their paths' bytes, and what is wrong with it. */
export interface SourceTree {
  readonly files: readonly TreeFile[];
  readonly problems: readonly TreeProblem[];
}

export interface TreeProblem {
  readonly message: string;
  readonly hint: string;
}

/** What a tree may have: each file is a mount of the build, and a folder with more is rarely meant. */
const MOST_FILES = 256;
const MOST_BYTES = 64 * 1024 * 1024;

/** What editors, merges and desktops leave behind, and what only git reads. */
const LEFT_BEHIND =
  /.~$|^#.*#$|^\.#|^\..*\.sw[a-p]$|\.(?:orig|rej)$|^\.DS_Store$|^Thumbs\.db$|^\.git(?:|keep|ignore|attributes|modules)$/;

interface Found {
  readonly below: string;
  readonly bytes: number;
  readonly isExecutable: boolean;
}

/** `path` is that of a folder below `layers`, and `get` reads a file there. */
export function readTree(
  layers: string,
  path: string,
  get: (path: string) => SourceFile | string,
): SourceTree {
  const found: Found[] = [];
  const problems: TreeProblem[] = [];
  try {
    walk(layers, path, '', found, problems);
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    return only(
      `layers/${path} has more than ${MOST_FILES} files`,
      'Name a folder with fewer of them, or make an RPM of it.',
    );
  }
  const bytes = found.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > MOST_BYTES) {
    return only(
      `the files of layers/${path} have ${bytes} bytes, and at most ${MOST_BYTES} are taken`,
      'Serve what is large at a URL, with its sha256, or make an RPM of it.',
    );
  }
  found.sort((a, b) => Buffer.compare(Buffer.from(a.below), Buffer.from(b.below)));
  const files = found.flatMap(({ below, isExecutable }): TreeFile[] => {
    const file = get(`${path}/${below}`);
    if (typeof file !== 'string') return [{ ...file, below, isExecutable }];
    problems.push({ message: file, hint: 'All files of the folder go into the image: make it readable.' });
    return [];
  });
  problems.sort((a, b) => (a.message < b.message ? -1 : 1));
  return { files, problems };
}

function only(message: string, hint: string): SourceTree {
  return { files: [], problems: [{ message, hint }] };
}

class TooMany extends Error {}

function walk(layers: string, root: string, below: string, found: Found[], problems: TreeProblem[]): void {
  const folder = below === '' ? root : `${root}/${below}`;
  const names = namesIn(join(layers, folder), folder, problems);
  if (names?.length === 0) {
    problems.push({
      message: `layers/${folder} has no files`,
      hint: 'git keeps no empty folder. What nodes need, systemd-tmpfiles makes at boot, by a file in /usr/lib/tmpfiles.d.',
    });
  }
  for (const bytes of names ?? []) {
    if (found.length + problems.length === MOST_FILES) throw new TooMany();
    const wrong = nameProblem(folder, bytes);
    if (wrong !== undefined) {
      problems.push(wrong);
      continue;
    }
    const name = bytes.toString();
    const path = below === '' ? name : `${below}/${name}`;
    const stat = lstatSync(join(layers, root, path));
    if (stat.isDirectory()) walk(layers, root, path, found, problems);
    else if (stat.isFile()) {
      found.push({ below: path, bytes: stat.size, isExecutable: (stat.mode & 0o100) !== 0 });
    } else {
      problems.push({
        message: `layers/${root}/${path} is ${stat.isSymbolicLink() ? 'a symbolic link' : 'not a file or folder'}`,
        hint: stat.isSymbolicLink()
          ? 'What a link leads to is not what is reviewed, and could be outside of the repository. Put the file itself there.'
          : 'Only regular files are carried into an image.',
      });
    }
  }
}

function namesIn(path: string, folder: string, problems: TreeProblem[]): Buffer[] | undefined {
  try {
    return readdirSync(path, { encoding: 'buffer' });
  } catch (error) {
    problems.push({
      message: `layers/${folder} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
      hint: 'All files of the folder go into the image: make it readable.',
    });
    return undefined;
  }
}

function nameProblem(folder: string, name: Buffer): TreeProblem | undefined {
  const at = `layers/${folder} has ${show(name.toString())}`;
  const hint = 'All files of the folder go into the image. Rename this one.';
  if (!isUtf8(name)) return { message: `${at}, whose name is not UTF-8`, hint };
  try {
    parseAbsolutePath(`/${name.toString()}`);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { message: `layers/${folder}: ${error.message}`, hint };
  }
  if (!LEFT_BEHIND.test(name.toString())) return undefined;
  return {
    message: `${at}, which looks like something that was left behind`,
    hint: 'All files of the folder go into the image. Remove this one; if it is meant, move it elsewhere and name it by itself as source.',
  };
}
