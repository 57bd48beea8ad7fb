import type { PoolResult } from '../build/events.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { describeHold, lockFile } from '../spec/lock.ts';

/** What holds kept from being pinned, and why. */
export function heldFindings(results: readonly PoolResult[]): Diagnostic[] {
  return results.flatMap(({ pool, hold }): Diagnostic[] => {
    if (hold === undefined) return [];
    return [
      {
        code: 'pin-held',
        severity: 'error',
        source: 'finding',
        message: `${pool} was not pinned, for it is held: ${describeHold(hold)}`,
        hint: `\`layers pin release ${pool}\` ends that.`,
        origin: { file: lockFile(pool), document: 0, path: ['hold'] },
      },
    ];
  });
}
