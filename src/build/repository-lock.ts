import { randomUUID } from 'node:crypto';
import {
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { atomicWrite } from './atomic-write.ts';
import { LOCAL } from './journal.ts';

/** Who holds a repository. */
export interface Holder {
  readonly pid: number;
  /** When the process began, in the kernel's ticks: ids of processes are used again. */
  readonly start: string;
  /** The machine and its process ids: those of another container say nothing here. */
  readonly host: string;
}

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once for each other process that is waited for. */
  readonly onWait: (holder: Holder) => void;
}

const BEAT = 10_000;
/** Milliseconds after which a holder on another machine that shows no sign is taken for dead. */
const SILENCE = 60_000;

/**
 * Does what only one process at a time may do in a repository, and waits for the one that does. Each holder has a file
 * whose name is a number above all before it, made by link(2), which one of many succeeds in. The highest one counts; it
 * stays when it is released, because a number that came again could have two holders.
 */
export async function withRepository<T>(
  root: string,
  options: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(root, LOCAL, 'lock');
  const own = await acquire(root, folder, options);
  // Without a place for a lock there is none for anything else that a build writes.
  if (own === undefined) return work();
  const beat = setInterval(() => utimes(own, new Date(), new Date()).catch(() => {}), BEAT);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(`${own}.released`, { force: true });
    await writeFile(`${own}.released`, '');
    await rename(`${own}.released`, own);
  }
}

async function acquire(root: string, folder: string, options: LockOptions): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    // Whatever the repository's own .gitignore says: images and logs are nothing to commit.
    await atomicWrite(join(root, LOCAL, '.gitignore'), '*\n');
  } catch (error) {
    if (['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  const me: Holder = { pid: process.pid, start: (await startOf(process.pid)) ?? '', host: await host() };
  const draft = join(folder, `${randomUUID()}.draft`);
  await writeFile(draft, JSON.stringify(me));
  try {
    return await take(folder, draft, me, options);
  } finally {
    await rm(draft, { force: true });
  }
}

async function take(
  folder: string,
  draft: string,
  me: Holder,
  { signal, onWait }: LockOptions,
): Promise<string> {
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const before = await numbersIn(folder);
    const highest = before.at(-1) ?? 0;
    const holder = await holderOf(join(folder, String(highest)), me.host);
    if (holder !== undefined) {
      const who = `${holder.host} ${holder.pid} ${holder.start}`;
      if (who !== told) onWait(holder);
      told = who;
      await sleep(200, undefined, { signal }).catch(() => signal.throwIfAborted());
      continue;
    }
    const number = highest + 1;
    const own = join(folder, String(number));
    const isTaken = await link(draft, own).then(
      () => false,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return true;
        throw error;
      },
    );
    if (isTaken) continue;
    const after = await numbersIn(folder);
    if (after.at(-1) === number) {
      for (const old of after.slice(0, -1)) await rm(join(folder, String(old)), { force: true });
      return own;
    }
    // Others were here, and further on, since the numbers were looked at.
    await rm(own, { force: true });
  }
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

/** The process that holds a file; none where it was released, is gone, or its process is dead. */
async function holderOf(file: string, here: string): Promise<Holder | undefined> {
  const [text, status] = await Promise.all([
    readFile(file, 'utf8').catch(() => ''),
    stat(file).catch(() => undefined),
  ]);
  if (text === '' || status === undefined) return undefined;
  let holder: Holder;
  try {
    holder = JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
  const isAlive =
    holder.host === here
      ? (await startOf(holder.pid)) === holder.start
      : Date.now() - status.mtimeMs < SILENCE;
  return isAlive ? holder : undefined;
}

/** When a process began; undefined where there is none. Systems without /proc say only that there is one. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  if (process.platform === 'linux') return undefined;
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? '' : undefined;
  }
}

async function host(): Promise<string> {
  return [hostname(), await readlink('/proc/self/ns/pid').catch(() => '')].join(' ').trim();
}
