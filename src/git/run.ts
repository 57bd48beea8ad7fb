import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Diagnostic, failure, type LayersError } from '../diagnostics.ts';
import { redacted } from '../values/redacted.ts';

export interface GitOptions {
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Outcome {
  /** The exit code; undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the system's git in one directory, whatever its exit code. */
export type RunGit = (args: readonly string[], input?: string) => Promise<Outcome>;

const LARGEST_OUTPUT = 256 << 20;
/** An editor's or another tool's git holds the index for a moment: how often to try again, and the milliseconds between. */
const LOCK_ATTEMPTS = 5;
const LOCK_DELAY = 200;

export function gitIn(directory: string, { env = process.env, signal }: GitOptions): RunGit {
  return async (args, input) => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await spawnGit(directory, args, input, env, signal);
      if (!isLocked(outcome) || attempt === LOCK_ATTEMPTS) return outcome;
      await sleep(LOCK_DELAY, undefined, { signal });
    }
  };
}

/** As `run`, for what has to work: its standard output. */
export async function runOrThrow(run: RunGit, args: readonly string[], input?: string): Promise<string> {
  const outcome = await run(args, input);
  if (outcome.code !== 0) throw gitFailed(args[0] ?? '', outcome);
  return outcome.stdout;
}

/** Says what git said. */
export function gitFailed(command: string, outcome: Outcome): LayersError {
  const { code } = outcome;
  const stderr = redacted(outcome.stderr);
  const detail = stderr.trim() && { detail: stderr.trim() };
  if (isLocked(outcome)) {
    return gitError('git-busy', `git ${command}: another git command is at work in this repository`, {
      hint: 'Wait until it has ended. If none is running, remove the lock that git names below.',
      ...detail,
    });
  }
  if (/tell me who you are|auto-detect email address|empty ident name/i.test(stderr)) {
    return gitError('git-identity', 'git does not know whom to name as the author of the commit', {
      hint: 'git config --global user.name "…", and user.email; or set GIT_AUTHOR_NAME, GIT_AUTHOR_EMAIL, GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL in CI.',
      ...detail,
    });
  }
  const hint = /dubious ownership/.test(stderr)
    ? 'The repository belongs to another user. Git says below how to trust it.'
    : 'What git, or a hook of the repository, said is below.';
  return gitError(
    'git-failed',
    `git ${command} failed (${code === undefined ? 'killed' : `exit code ${code}`})`,
    {
      ...(detail && { hint, ...detail }),
    },
  );
}

export function gitError(code: string, message: string, more: Partial<Diagnostic>): LayersError {
  return failure('remote', code, message, more);
}

function isLocked({ code, stderr }: Outcome): boolean {
  return code !== 0 && /Unable to create '.*\.lock': File exists/.test(stderr);
}

function spawnGit(
  cwd: string,
  args: readonly string[],
  input: string | undefined,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      // Git's messages are compared with, so they have to be in English.
      env: { ...env, LC_ALL: 'C' },
      maxBuffer: LARGEST_OUTPUT,
      ...(signal && { signal }),
    };
    const child = execFile('git', args, options, (error, stdout, stderr) => {
      if (signal?.aborted) return reject(signal.reason);
      if (error?.code === undefined || typeof error.code === 'number') {
        return resolve({ code: error ? (error.code ?? undefined) : 0, stdout, stderr });
      }
      reject(notStarted(error as NodeJS.ErrnoException, cwd));
    });
    // Where git ends before it has read its input, its exit code says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}

function notStarted({ code, message }: NodeJS.ErrnoException, cwd: string): LayersError {
  return code === 'ENOENT'
    ? gitError('git-missing', `git cannot be started in ${cwd}`, {
        hint: 'Install git, and check that the directory exists.',
      })
    : gitError('git-failed', `git cannot be started: ${message}`, {});
}
