import type { Subject } from '../compile/subject.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { runCheck } from './check.ts';
import { CHECKS } from './index.ts';

/** What the checks find in pools that compiled. What is wrong with a shared layer is found once. */
export function checkPools(pools: readonly Subject[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const check of CHECKS) {
    for (const pool of pools) {
      for (const diagnostic of runCheck(check, check.pool, pool)) {
        found.set(JSON.stringify(diagnostic), diagnostic);
      }
    }
  }
  return [...found.values()];
}
