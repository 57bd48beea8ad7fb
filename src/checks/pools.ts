import type { Subject } from '../compile/subject.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { runCheck } from './check.ts';
import { CHECKS } from './index.ts';

/** What the checks find in pools that compiled. What is wrong with a shared layer is found once. */
export function checkPools(pools: readonly Subject[]): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const check of CHECKS) {
    const all = [
      ...pools.flatMap((pool) => runCheck(check, check.pool, pool)),
      ...runCheck(check, check.pools, pools),
    ];
    for (const diagnostic of all) found.set(JSON.stringify(diagnostic), diagnostic);
  }
  return [...found.values()];
}
