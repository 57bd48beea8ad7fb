import { IDLE_BYTES, moved } from './traffic.ts';

/** How long a transfer may stand still, in seconds: $LAYERS_STALL is another number. No engine has a limit of its own. */
const PATIENCE = 120;
const INTERVAL = 1000;

/**
 * Watches the bytes that a process group reads and writes, and calls `onStall` once where it transfers and there are none.
 * Gives the interval's timer. Where the system has no /proc to tell, nothing is watched.
 */
export function watchTransfer(
  leader: number | undefined,
  transfers: (() => boolean) | undefined,
  onStall: (seconds: number) => void,
): NodeJS.Timeout | undefined {
  if (leader === undefined || transfers === undefined || moved(leader) === undefined) return undefined;
  const patience = Number(process.env.LAYERS_STALL) || PATIENCE;
  let last = { bytes: 0, at: performance.now() };
  const timer = setInterval(() => {
    const now = performance.now();
    const traffic = moved(leader);
    if (traffic === undefined) return;
    const bytes = traffic.read + traffic.written;
    // A process that ended took its count along, until the one that waits for it has it.
    if (!transfers() || bytes < last.bytes || bytes - last.bytes > IDLE_BYTES) last = { bytes, at: now };
    if (now - last.at < patience * 1000) return;
    clearInterval(timer);
    onStall(patience);
  }, INTERVAL);
  timer.unref();
  return timer;
}
