import { isAbsolute, posix, relative, resolve } from 'node:path';
import { failure } from '../diagnostics.ts';
import { commitOnly } from './commit.ts';
import { type GitOptions, gitFailed, gitIn, type RunGit } from './run.ts';
import { statusOf } from './status.ts';

/** A git work tree. Paths that it is given are relative to the directory it was opened with, or absolute. */
export interface Git {
  /** The work tree's top level, with symbolic links resolved. */
  readonly root: string;
  /** The directory it was opened with, from the root; '' for the root itself. */
  readonly prefix: string;
  /** The system's git at the root. */
  readonly run: RunGit;
  /** Files that differ from the last commit at or below these paths, untracked ones included; relative to the root. */
  uncommitted(paths: readonly string[]): Promise<string[]>;
  /** A file's text in the last commit; undefined where it is not in it. */
  committed(path: string): Promise<string | undefined>;
  /**
   * Commits exactly what is at or below these paths now, with the user's hooks and signing, and leaves everything else, staged or
   * not, as it was. The commit's id; undefined where nothing changed.
   */
  commit(paths: readonly string[], message: string): Promise<string | undefined>;
}

/** The work tree that a directory is in; undefined where it is in none. */
export async function openGit(directory: string, options: GitOptions = {}): Promise<Git | undefined> {
  const here = resolve(directory);
  const outcome = await gitIn(here, options)(['rev-parse', '--show-toplevel', '--show-prefix']);
  if (outcome.code !== 0) {
    // Anything else, such as a repository that belongs to somebody else, is not the same as none.
    if (/not a git repository|must be run in a work tree/.test(outcome.stderr)) return undefined;
    throw gitFailed('rev-parse', outcome);
  }
  const [root, prefix] = outcome.stdout.split('\n') as [string, string];
  const run = gitIn(root, options);
  const fromRoot = (path: string) => pathFromRoot(root, here, prefix, path);
  return {
    root,
    prefix: prefix.replace(/\/$/, ''),
    run,
    uncommitted: async (paths) => (await statusOf(run, paths.map(fromRoot))).map(({ path }) => path).sort(),
    committed: async (path) => {
      const { code, stdout } = await run(['show', `HEAD:${fromRoot(path)}`]);
      return code === 0 ? stdout : undefined;
    },
    commit: (paths, message) => commitOnly(run, root, paths.map(fromRoot), message),
  };
}

/** '' for the root itself. */
function pathFromRoot(root: string, here: string, prefix: string, path: string): string {
  const absolute = isAbsolute(path);
  // The root has its links resolved; the directory that was named may be a link into it.
  const fromRoot = (
    absolute && isBelow(root, path)
      ? relative(root, path)
      : posix.join(prefix, absolute ? relative(here, path) : path)
  ).replace(/\/$/, '');
  if (fromRoot === '..' || fromRoot.startsWith('../')) {
    throw failure('input', 'git-outside', `${path} is not in the git work tree of ${here}`);
  }
  return fromRoot === '.' ? '' : fromRoot;
}

function isBelow(root: string, path: string): boolean {
  return !relative(root, path).startsWith('..');
}
