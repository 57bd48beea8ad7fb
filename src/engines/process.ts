import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { signalGroup, stopGroup } from './process-group.ts';

export interface Finished {
  readonly code: number | null;
  /** The end of what it printed, for people. */
  readonly tail: readonly string[];
}

const TAIL = 40;

export interface RunOptions {
  readonly log: string;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to its end, with all that it prints in the log. It gets a process group of its own, so that Ctrl-C
 * reaches us first; an abort stops the whole group, and so does the end of this process.
 */
export async function runLogged(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  return runGroup(command, args, options, (child, lines) => {
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
  return runGroup('sh', ['-c', '"$@" | cat', 'sh', command, ...args], options, (child, lines) => {
    lines(child.stderr);
    return read(child.stdout);
  });
}

async function runGroup(
  command: string,
  args: readonly string[],
  { log, signal, onLine, env }: RunOptions,
  attend: (
    child: { readonly stdout: Readable; readonly stderr: Readable },
    lines: (stream: Readable) => void,
  ) => Promise<void>,
): Promise<Finished> {
  signal.throwIfAborted();
  const file = createWriteStream(log, { flags: 'a' });
  // A log that cannot be written, because the disk is full, is no reason to end in the middle of a build.
  file.on('error', () => {});
  file.write(`$ ${command} ${args.join(' ')}\n`);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  const tail: string[] = [];
  const lines = (stream: Readable): void => {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => {
      file.write(`${line}\n`);
      tail.push(line);
      if (tail.length > TAIL) tail.shift();
      onLine?.(line);
    });
  };
  let stopped: (() => void) | undefined;
  const stop = (): void => {
    if (child.pid !== undefined) stopped = stopGroup(child.pid);
  };
  const kill = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', kill);
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => resolve(status));
    });
    const [code] = await Promise.all([ended, attend(child, lines)]);
    return { code, tail };
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
    stopped?.();
    // What a RUN left behind, or what did not want to stop: without an init of their own, nobody else ends them.
    kill();
    await new Promise((resolve) => file.end(resolve));
  }
}
