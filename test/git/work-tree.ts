import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A git that knows nothing of whoever runs the tests. */
export const GIT_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
};

export interface WorkTree {
  readonly path: string;
  git(...args: string[]): string;
  write(files: Record<string, string>): void;
  /** `git status --short`, line by line. */
  status(): string[];
  /** Names and states of the last commit's files, as in `A layers/a.yaml`. */
  lastCommit(): string[];
  remove(): void;
}

/** A directory below the system's temporary one, with `git init` done in it. */
export function workTree(...initArgs: string[]): WorkTree {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'layers-git-')));
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: path,
      env: GIT_ENV,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  git('init', '--quiet', '--initial-branch=main', ...initArgs);
  return {
    path,
    git,
    write(files) {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), content);
      }
    },
    status: () => lines(git('-c', 'core.quotePath=off', 'status', '--short', '--untracked-files=all')),
    lastCommit: () =>
      lines(git('-c', 'core.quotePath=off', 'show', '--format=', '--name-status', '--no-renames')).map(
        (line) => line.replace('\t', ' '),
      ),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function lines(output: string): string[] {
  return output.split('\n').filter((line) => line !== '');
}
