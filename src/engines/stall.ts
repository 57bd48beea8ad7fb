import { readFileSync } from 'node:fs';

/** How long a transfer may stand still, in seconds: $LAYERS_STALL is another number. No engine has a limit of its own. */
const PATIENCE = 120;
/** What a program that waits still writes to itself. */
const IDLE_BYTES = 16 * 1024;
const INTERVAL = 1000;

/**
 * Watches the bytes that a program reads and writes, and calls `onStall` once where it transfers and there are none. Gives
 * the interval's timer. Where the system has no /proc to tell, nothing is watched.
 */
export function watchTransfer(
  pid: number | undefined,
  transfers: (() => boolean) | undefined,
  onStall: (seconds: number) => void,
): NodeJS.Timeout | undefined {
  if (pid === undefined || transfers === undefined || bytesOf(pid) === undefined) return undefined;
  const patience = Number(process.env.LAYERS_STALL) || PATIENCE;
  let moved = { bytes: bytesOf(pid) ?? 0, at: performance.now() };
  const timer = setInterval(() => {
    const now = performance.now();
    const bytes = bytesOf(pid);
    if (bytes === undefined) return;
    if (!transfers() || bytes - moved.bytes > IDLE_BYTES) moved = { bytes, at: now };
    if (now - moved.at < patience * 1000) return;
    clearInterval(timer);
    onStall(patience);
  }, INTERVAL);
  timer.unref();
  return timer;
}

/** Sockets and files alike; what the program started counts once it has ended. */
function bytesOf(pid: number): number | undefined {
  try {
    const io = readFileSync(`/proc/${pid}/io`, 'utf8');
    const [read, written] = ['rchar', 'wchar'].map((key) =>
      Number(new RegExp(`^${key}: (\\d+)$`, 'm').exec(io)?.[1] ?? 0),
    );
    return read! + written!;
  } catch {
    return undefined;
  }
}
