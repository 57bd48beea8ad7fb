import { type ChildProcess, spawn } from 'node:child_process';

type Stdout = 'inherit' | 'pipe';

const running = new Set<ChildProcess>();

export interface Where {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Child {
  readonly process: ChildProcess;
  /** Its exit code; 128 where a signal ended it. */
  readonly ended: Promise<number>;
}

/** Starts a command in a process group of its own, so that all of it can be stopped. */
export function start([program, ...args]: readonly string[], { cwd, env }: Where, output: Stdout): Child {
  const child = spawn(program!, args, { cwd, env, stdio: ['ignore', output, output], detached: true });
  running.add(child);
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 128));
  }).finally(() => running.delete(child));
  return { process: child, ended };
}

/** Stops what runs, and waits until it has ended. */
export async function stopChildren(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      process.kill(-child.pid!, 'SIGTERM');
      await ended;
    }),
  );
}
