import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finished } from '../../fixtures/process.ts';
import { CLI, type Workspace } from '../../fixtures/workspace.ts';

/** The CLI while it works. */
export interface Running {
  readonly pid: number;
  /** Until it has printed this, to either stream. */
  until(pattern: RegExp): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  readonly finished: Promise<Finished>;
}

export function start(workspace: Workspace, args: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: workspace.root,
    env: { ...workspace.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    printed.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    printed.stderr += chunk;
  });
  let ended = false;
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      ended = true;
      resolve({ code, signal, ...printed });
    });
  });
  return {
    pid: child.pid!,
    async until(pattern) {
      while (!pattern.test(printed.stdout + printed.stderr)) {
        if (ended) throw new Error(`it ended without ${pattern}:\n${printed.stdout}${printed.stderr}`);
        await sleep(20);
      }
    },
    signal: (signal) => child.kill(signal),
    finished,
  };
}

/** As `workspace.layers`, with other variables. */
export function layersWith(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  ...args: string[]
): Promise<Finished> {
  return start(workspace, args, env).finished;
}
