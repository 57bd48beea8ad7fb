import type { Diagnostic } from '../diagnostics.ts';
import { listLock } from '../spec/load-lock.ts';
import { lockFile } from '../spec/lock.ts';
import { formatPoolId } from '../values/pool-id.ts';
import type { Files } from './dist.ts';

/** Warns of each file of the lock that is of no pool. Only all of `dist/` together tells: an app may have several trees. */
export function orphans(root: string, files: Files): Diagnostic[] {
  return listLock(root)
    .pools.map(formatPoolId)
    .filter((pool) => !files.has(`${pool}.build`))
    .map((pool) => ({
      code: 'lock-orphan',
      severity: 'warning',
      source: 'finding',
      message: `the lock pins ${pool}, and there is no such pool`,
      hint: '`layers pin repair` removes it. Until then a new pool of this name would begin with that image.',
      origin: { file: lockFile(pool) },
    }));
}
