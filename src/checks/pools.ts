import type { Subject } from '../compile/subject.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { type Check, runCheck } from './check.ts';
import { CHECKS } from './index.ts';
import type { OnlinePool } from './online/online.ts';

/** What the checks find in pools that compiled. */
export function checkPools(pools: readonly Subject[]): Diagnostic[] {
  return once((check) => [
    ...pools.flatMap((pool) => runCheck(check, check.pool, pool)),
    ...runCheck(check, check.pools, pools),
  ]);
}

/** What the checks find in them with what registries have. */
export function checkOnline(pools: readonly OnlinePool[]): Diagnostic[] {
  return once((check) => pools.flatMap((pool) => runCheck(check, check.online, pool)));
}

/** What is wrong with a shared layer is found once. */
function once(find: (check: Check) => Diagnostic[]): Diagnostic[] {
  const found = CHECKS.flatMap(find);
  return [...new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}
