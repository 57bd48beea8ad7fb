import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A shell as the /bin/sh of an image: what it starts as `sh` is the same shell. */
export interface Shell {
  readonly name: string;
  readonly path: string;
}

/** What came of a script: its exit code, and what it printed, byte for byte. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
}

/** The /bin/sh of this machine, which is dash on Debian, and bash as RHEL has it. */
export const SHELLS: readonly Shell[] = [shell('/bin/sh'), shell('/bin/bash')];

function shell(program: string): Shell {
  const folder = mkdtempSync(join(tmpdir(), 'layers-shell-'));
  mkdirSync(join(folder, 'work'));
  symlinkSync(program, join(folder, 'sh'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return { name: program, path: folder };
}

/** Runs a script as `RUN` does, in an empty folder. */
export function runIn({ path }: Shell, script: string, errexit = false): Outcome {
  const cwd = join(path, 'work');
  const { status, stdout, error } = spawnSync(join(path, 'sh'), [errexit ? '-ec' : '-c', '--', script], {
    env: { PATH: `${path}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8' },
    // So that it calls itself in messages what it is called in a container.
    argv0: 'sh',
    encoding: 'utf8',
    cwd,
    timeout: 20_000,
    // With a socket for stdin, as Node gives one, bash takes itself for a remote shell and reads the user's .bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) throw error;
  // Redirections in generated code leave files, which the next run must not see.
  for (const name of readdirSync(cwd)) rmSync(join(cwd, name), { recursive: true });
  return { code: status, stdout };
}
