import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { STALLED } from './failures/server-trouble.ts';
import { GUARD } from './guard.ts';
import { signalGroup, stopGroup } from './process-group.ts';
import { watchTransfer } from './stall.ts';
import { watchSent } from './traffic.ts';

export interface Finished {
  /** 127 where there is no such program: a shell starts it. */
  readonly code: number | null;
  /** The end of what it printed, for people. */
  readonly tail: readonly string[];
}

const TAIL = 200;

export interface RunOptions {
  readonly log: string;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** Whether it moves an image just now, which is no reason to stand still: then it is stopped, and failed. */
  readonly transfers?: () => boolean;
  /** Told now and then how many bytes it has sent, by a folder that it has for its temporary files. */
  readonly sent?: { readonly temporary: string; readonly tell: (bytes: number) => void };
}

/**
 * Runs a program to its end, with all that it prints in the log, in the order it was printed: one pipe takes both. It
 * gets a process group of its own, so that Ctrl-C reaches us first; an abort stops the whole group, and so does the end
 * of this process, whatever it ends by.
 */
export async function runLogged(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  const shell = 'exec "$@" 2>&1';
  return runGroup(shell, [command, ...args], options, (child, lines) => {
    for (const stream of [child.stdout, child.stderr]) lines(stream);
    return Promise.resolve();
  });
}

/**
 * Likewise, for a program whose stdout is data: what `read` throws stops it. Node's own pipes are sockets, which
 * /dev/stdout cannot be opened from: cat makes a real one of it, and hides how the program ended.
 */
export async function runPiped(
  command: string,
  args: readonly string[],
  options: RunOptions,
  read: (stdout: Readable) => Promise<void>,
): Promise<Finished> {
  return runGroup('"$@" | cat', [command, ...args], options, (child, lines) => {
    lines(child.stderr);
    return read(child.stdout);
  });
}

async function runGroup(
  shell: string,
  command: readonly string[],
  { log, signal, onLine, env, transfers, sent }: RunOptions,
  attend: (
    child: { readonly stdout: Readable; readonly stderr: Readable },
    lines: (stream: Readable) => void,
  ) => Promise<void>,
): Promise<Finished> {
  signal.throwIfAborted();
  const file = createWriteStream(log, { flags: 'a' });
  // A log that cannot be written, because the disk is full, is no reason to end in the middle of a build.
  file.on('error', () => {});
  file.write(`$ ${command.join(' ')}\n`);
  const child = spawn('/bin/sh', ['-c', `${GUARD}${shell}`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  // The guard ends what a program left behind, too.
  child.on('exit', () => child.stdio[3]?.destroy());
  const tail: string[] = [];
  const take = (line: string): void => {
    file.write(`${line}\n`);
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
  };
  const lines = (stream: Readable): void => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      take(line);
      onLine?.(line);
    });
  };
  let stopped: (() => void) | undefined;
  let stalled: string | undefined;
  const stop = (): void => {
    if (child.pid !== undefined) stopped = stopGroup(child.pid);
  };
  const kill = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  const watch = watchTransfer(child.pid, transfers, (seconds) => {
    stalled = `${STALLED} ${seconds} seconds`;
    stop();
  });
  const count =
    sent === undefined || child.pid === undefined
      ? undefined
      : watchSent(child.pid, sent.temporary, sent.tell);
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', kill);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve(status));
    });
    const [code] = await Promise.all([
      ended,
      attend({ stdout: child.stdout!, stderr: child.stderr! }, lines),
    ]);
    signal.throwIfAborted();
    if (stalled === undefined) return { code, tail };
    // Last, because what it says of being stopped is not why it was. And podman, stopped, ends as if it had succeeded.
    take(stalled);
    return { code: null, tail };
  } finally {
    clearInterval(watch);
    clearInterval(count);
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
    stopped?.();
    // What a RUN left behind, or what did not want to stop: without an init of their own, nobody else ends them.
    kill();
    await new Promise((resolve) => file.end(resolve));
  }
}
