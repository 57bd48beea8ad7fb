import { assertIdle } from './in-progress.ts';
import { gitFailed, type RunGit, runOrThrow } from './run.ts';
import { literal, statusOf } from './status.ts';

/**
 * Commits these paths (relative to the root) as they are in the work tree, and nothing else, whatever is staged. Where that
 * fails, what was staged before is staged after. undefined where there is nothing to commit.
 */
export async function commitOnly(
  run: RunGit,
  root: string,
  paths: readonly string[],
  message: string,
): Promise<string | undefined> {
  const changes = await statusOf(run, paths);
  if (changes.length === 0) return undefined;
  await assertIdle(run, root);
  const untracked = changes.filter(({ status }) => status === '??').map(({ path }) => path);
  // `git commit --only` takes files that git knows of; this makes it know, without staging their content.
  if (untracked.length > 0) await withPaths(run, ['add', '--intent-to-add'], untracked);
  try {
    const changed = await changedSinceHead(run, paths);
    if (changed.length === 0) return undefined;
    await withPaths(run, ['commit', '--only', '--quiet', `--message=${message}`], changed);
  } catch (error) {
    if (untracked.length > 0) await forget(run, untracked);
    throw error;
  }
  return (await runOrThrow(run, ['rev-parse', '--verify', 'HEAD'])).trim();
}

/** Refuses where git would not know whom to name, before there is anything to commit. */
export async function assertIdentity(run: RunGit): Promise<void> {
  for (const who of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) await runOrThrow(run, ['var', who]);
}

/** What differs from the last commit. A status counts changes that are only staged, too: those need not differ. */
async function changedSinceHead(run: RunGit, paths: readonly string[]): Promise<string[]> {
  const base = (await hasCommits(run)) ? 'HEAD' : await emptyTree(run);
  const args = ['diff', '--name-status', '--no-renames', '--no-relative', '-z', base];
  const output = await runOrThrow(run, [...args, '--', ...paths.map(literal)]);
  const fields = output.split('\0').slice(0, -1);
  const files = fields.filter((_, index) => index % 2 === 1);
  const directories = new Set(files.flatMap(parents));
  // Where a directory took a file's place, git removes the file by itself, and stumbles when told to.
  return files.filter((file, index) => !(fields[index * 2] === 'D' && directories.has(file)));
}

/** `a/b` and `a` of `a/b/c`. */
function parents(file: string): string[] {
  const parts = file.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function hasCommits(run: RunGit): Promise<boolean> {
  return (await run(['rev-parse', '--verify', '--quiet', 'HEAD'])).code === 0;
}

/** Not the well-known constant: repositories with sha256 have another. */
async function emptyTree(run: RunGit): Promise<string> {
  return (await runOrThrow(run, ['hash-object', '-t', 'tree', '--stdin'])).trim();
}

async function forget(run: RunGit, files: readonly string[]): Promise<void> {
  // The error that led here is the one to report.
  await withPaths(run, ['rm', '--cached', '--quiet', '--force'], files).catch(() => {});
}

/** Paths on standard input: there may be more than a command line holds. Literal, so that `*` in a name is no pattern. */
async function withPaths(run: RunGit, args: readonly string[], files: readonly string[]): Promise<void> {
  const input = files.map((file) => `${literal(file)}\0`).join('');
  const outcome = await run([...args, '--pathspec-from-file=-', '--pathspec-file-nul'], input);
  if (outcome.code !== 0) throw gitFailed(args[0]!, outcome);
}
