import type { Diagnostic } from '../diagnostics.ts';
import { loadLocks } from '../spec/load-lock.ts';
import { describeHold, lockFile } from '../spec/lock.ts';

/** Holds that are past their last day. They hold on: a date that passes must not reboot nodes by itself. */
export function expiredHolds(root: string, now = new Date()): Diagnostic[] {
  const today = now.toISOString().slice(0, 10);
  const pools = [...loadLocks(root).locks.values()].flatMap((lock) => Object.entries(lock.pools));
  return pools.flatMap(([pool, { hold }]): Diagnostic[] => {
    if (hold?.until === undefined || hold.until >= today) return [];
    return [
      {
        code: 'hold-expired',
        severity: 'warning',
        source: 'finding',
        message: `${pool} is still held, past the date: ${describeHold(hold)}`,
        hint: `End it, \`layers pin release ${pool}\`, or say until when it goes on: \`layers pin hold ${pool} --reason … --until …\`.`,
        origin: { file: lockFile(pool), document: 0, path: ['hold', 'until'] },
      },
    ];
  });
}
