import { redacted } from '../values/redacted.ts';
import { gitError, type Outcome, type RunGit, runOrThrow } from './run.ts';

/** A branch in another repository: of a remote by its name, or by a URL. */
export interface RemoteBranch {
  readonly remote: string;
  readonly branch: string;
}

export function formatRemoteBranch({ remote, branch }: RemoteBranch): string {
  return `${redacted(remote)}#${branch}`;
}

/** Why a push came to nothing that another attempt may bring through. */
export interface Rejection {
  readonly why: string;
  /** What the other side said. */
  readonly detail: string;
}

const QUIET = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];

/** Refuses a remote that is not there or lets nobody in, before anything is made for it. */
export async function assertReachable(run: RunGit, remote: string): Promise<void> {
  const outcome = await run(['ls-remote', '--quiet', remote, 'HEAD']);
  if (outcome.code !== 0 && !isTransient(outcome)) throw unreachable('ls-remote', remote, outcome);
}

/** Fetches a branch, and gives its commit; undefined where there is no such branch. */
export async function fetchHead(
  run: RunGit,
  { remote, branch }: RemoteBranch,
  depth?: number,
): Promise<string | undefined> {
  const shallow = depth === undefined ? [] : [`--depth=${depth}`];
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', ...shallow];
  const outcome = await run([...QUIET, ...args, remote, `refs/heads/${branch}`]);
  if (outcome.code === 0) return (await runOrThrow(run, ['rev-parse', '--verify', 'FETCH_HEAD'])).trim();
  if (/couldn't find remote ref/.test(outcome.stderr)) return undefined;
  throw unreachable('fetch', remote, outcome);
}

/**
 * Pushes a commit to a branch: undefined where it is there now. `lease` is the commit that the branch has to be at, and no
 * other, '' for a branch that must not be there; without one the branch has to be an ancestor.
 */
export async function pushCommit(
  run: RunGit,
  { remote, branch }: RemoteBranch,
  commit: string,
  lease?: string,
): Promise<Rejection | undefined> {
  const ref = `refs/heads/${branch}`;
  const force = lease === undefined ? [] : [`--force-with-lease=${ref}:${lease}`];
  const outcome = await run(['push', '--porcelain', ...force, remote, `${commit}:${ref}`]);
  if (outcome.code === 0) return undefined;
  const refused = outcome.stdout.split('\n').find((line) => line.startsWith('!\t'));
  const detail = redacted(outcome.stderr.trim());
  if (refused !== undefined) return { why: /\((.+)\)$/.exec(refused)?.[1] ?? 'rejected', detail };
  if (isTransient(outcome)) return { why: 'the connection broke', detail };
  throw unreachable('push', remote, outcome);
}

/** What another attempt may not meet again: a push may even have landed. */
function isTransient({ stderr }: Outcome): boolean {
  return /hung up unexpectedly|early EOF|RPC failed|Connection (?:reset|timed out)|returned error: 5\d\d/i.test(
    stderr,
  );
}

const DENIED =
  /Authentication failed|could not read (?:Username|Password)|Permission denied|returned error: 40[13]|access denied/i;

function unreachable(command: string, remote: string, { code, stderr }: Outcome) {
  const to = redacted(remote);
  const detail = { detail: redacted(stderr.trim()) };
  if (DENIED.test(stderr)) {
    return gitError('git-denied', `${to} does not allow git ${command}`, {
      hint: "Credentials come from git's credential helper or ssh: `git ls-remote` with the same repository has to work.",
      ...detail,
    });
  }
  return gitError('git-unreachable', `git ${command} with ${to} failed (exit code ${code ?? 'none'})`, {
    hint: 'See whether `git ls-remote` with the same repository works. What git said is below.',
    ...detail,
  });
}
