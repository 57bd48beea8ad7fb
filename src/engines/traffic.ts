import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { followersOf } from './process-group.ts';

/**
 * The bytes that a process group has read and written, from and to sockets and files alike; undefined where the system
 * does not tell. All of the group: an engine that is not root's has a child do its work.
 */
export function moved(leader: number): { readonly read: number; readonly written: number } | undefined {
  let [read, written] = [0, 0];
  let isTold = false;
  for (const pid of [leader, ...followersOf(leader)]) {
    try {
      const io = readFileSync(`/proc/${pid}/io`, 'utf8');
      read += Number(/^rchar: (\d+)$/m.exec(io)?.[1] ?? 0);
      written += Number(/^wchar: (\d+)$/m.exec(io)?.[1] ?? 0);
      isTold = true;
    } catch {
      // It has ended meanwhile.
    }
  }
  return isTold ? { read, written } : undefined;
}

/** What a program that waits still writes to itself. */
export const IDLE_BYTES = 16 * 1024;

/** Milliseconds between looks: no layer of a size that matters is written, compressed and sent in between. */
const INTERVAL = 250;
/** One look of so many is told. */
const TOLD = 4;

/**
 * Tells how many bytes a push has sent so far: what it wrote, less what of it is in the files of its temporary folder,
 * where engines put each layer before they compress and send it. Gives the interval's timer.
 */
export function watchSent(
  leader: number,
  temporary: string,
  onSent: (bytes: number) => void,
): NodeJS.Timeout {
  const before = sizesIn(temporary);
  const sizes = new Map<string, number>();
  let [looks, last] = [0, 0];
  const timer = setInterval(() => {
    // First: what is written from now on, to a file, must not count as sent.
    const traffic = moved(leader);
    for (const [name, size] of sizesIn(temporary)) {
      if (!before.has(name)) sizes.set(name, Math.max(size, sizes.get(name) ?? 0));
    }
    if (traffic === undefined || ++looks % TOLD !== 0) return;
    const sent = traffic.written - [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (sent - last < IDLE_BYTES) return;
    last = sent;
    onSent(sent);
  }, INTERVAL);
  timer.unref();
  return timer;
}

function sizesIn(folder: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const name of namesIn(folder)) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat?.isFile()) sizes.set(name, stat.size);
  }
  return sizes;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
