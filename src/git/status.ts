import { type RunGit, runOrThrow } from './run.ts';

export interface Change {
  /** Two letters, as `git status --short` prints them. */
  readonly status: string;
  /** Relative to the root of the work tree. */
  readonly path: string;
}

/** A path for git to take as it is, from the root, so that `*` in a name is no pattern. */
export function literal(path: string): string {
  return path === '' ? ':(top)' : `:(top,literal)${path}`;
}

/** What differs from the last commit at or below these paths, staged or not, untracked files included, ignored ones not. */
export async function statusOf(run: RunGit, paths: readonly string[]): Promise<Change[]> {
  // Without a path git would tell of the whole work tree.
  if (paths.length === 0) return [];
  const args = [
    '--no-optional-locks',
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--no-renames',
  ];
  const output = await runOrThrow(run, [...args, '--', ...paths.map(literal)]);
  return output
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => ({ status: entry.slice(0, 2), path: entry.slice(3) }));
}
