import { failure } from '../diagnostics.ts';
import { readObjects } from './objects.ts';
import { type GitOptions, gitFailed, gitIn, type RunGit, runOrThrow } from './run.ts';

/** Commits of a work tree, read without touching it. */
export interface History {
  /** The id of the commit that a name stands for; undefined for HEAD before the first commit. */
  commit(name: string): Promise<string | undefined>;
  /** The commit from which two went different ways. */
  mergeBase(a: string, b: string): Promise<string>;
  /** The regular files at or below these paths of a commit, relative to the directory, with the bytes that are committed. */
  files(commit: string, paths: readonly string[]): Promise<Map<string, Uint8Array>>;
}

/** The history of the work tree that a directory is in; paths are relative to the directory. */
export function openHistory(directory: string, options: GitOptions = {}): History {
  const run = gitIn(directory, options);
  return {
    commit: (name) => resolve(run, name),
    mergeBase: (a, b) => mergeBase(run, a, b),
    async files(commit, paths) {
      const listed = await runOrThrow(run, ['ls-tree', '-r', '-z', commit, '--', ...paths]);
      const entries = listed
        .split('\0')
        .map((entry) => /^100\d+ blob ([0-9a-f]+)\t(.+)$/s.exec(entry))
        .filter((match) => match !== null)
        .map(([, id, path]) => ({ id: id!, path: path! }));
      const contents = await readObjects(
        directory,
        entries.map(({ id }) => id),
        options,
      );
      return new Map(entries.map(({ path }, index) => [path, contents[index]!]));
    },
  };
}

async function resolve(run: RunGit, name: string): Promise<string | undefined> {
  // Else git would take it for an option.
  if (name.startsWith('-')) throw unknown(name);
  const outcome = await run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  if (outcome.code === 0) return outcome.stdout.trim();
  if (outcome.stderr.trim() !== '') throw gitFailed('rev-parse', outcome);
  if (name === 'HEAD') return undefined;
  throw unknown(name);
}

async function mergeBase(run: RunGit, a: string, b: string): Promise<string> {
  const outcome = await run(['merge-base', a, b]);
  if (outcome.code === 0) return outcome.stdout.trim();
  if (outcome.code !== 1) throw gitFailed('merge-base', outcome);
  const isShallow = (await runOrThrow(run, ['rev-parse', '--is-shallow-repository'])).trim() === 'true';
  throw failure(
    'input',
    'no-common-commit',
    `${a.slice(0, 12)} and ${b.slice(0, 12)} have no commit in common`,
    {
      hint: isShallow
        ? 'This is a shallow clone: `git fetch --unshallow`, or `fetch-depth: 0` in CI.'
        : 'Compare them by two dots: A..B.',
    },
  );
}

function unknown(name: string) {
  return failure('input', 'unknown-revision', `git knows no commit ${JSON.stringify(name)} here`, {
    hint: 'Name a branch, a tag or a commit, or two of them: main, v1..v2, origin/main...HEAD. What CI did not fetch, it does not know.',
  });
}
