import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../diagnostics.ts';
import { dnsLabel, poolName } from '../values/names.ts';
import { formatPoolId, type PoolId } from '../values/pool-id.ts';
import { LAYERS } from './load.ts';
import { EMPTY_LOCK, LOCK, type Lock, lockFile, parsePoolLock, REPAIR } from './lock.ts';

const RENAME = "A file has its pool's identity: <pool>.lock, or <cluster>/<pool>.lock. Rename or remove it.";
const NO_LINKS = 'What a link leads to is not what is reviewed: put the file itself here.';

/** Locks, by cluster. */
export type Locks = ReadonlyMap<string | undefined, Lock>;

/** Reads the files of the lock, or says what is wrong with each. */
export function loadLocks(root: string): { locks: Locks; diagnostics: Diagnostic[] } {
  const { pools, diagnostics } = listLock(root);
  const locks = new Map<string | undefined, Lock>();
  for (const id of pools) {
    const pool = formatPoolId(id);
    const parsed = parsePoolLock(readFileSync(join(root, lockFile(pool)), 'utf8'), pool);
    diagnostics.push(...parsed.diagnostics);
    const known = locks.get(id.cluster) ?? EMPTY_LOCK;
    locks.set(id.cluster, {
      pools: { ...known.pools, ...parsed.lock.pools },
      unpushed: { ...known.unpushed, ...parsed.lock.unpushed },
    });
  }
  return { locks, diagnostics };
}

/** The pools that have a file in the lock, sorted, and what else calls itself one. */
export function listLock(root: string): { pools: readonly PoolId[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const pools: PoolId[] = [];
  for (const { name } of entriesOf(join(root, LAYERS)).filter(isLock)) {
    diagnostics.push(wrong(`${LAYERS}/${name}`, 'lock-misplaced', `the lock is the folder ${LOCK}/`));
  }
  for (const entry of entriesOf(join(root, LOCK))) {
    if (!entry.isDirectory()) add(entry);
    else for (const inner of entriesOf(join(root, LOCK, entry.name))) add(inner, entry.name);
  }
  return { pools, diagnostics };

  function add(entry: Dirent, cluster?: string): void {
    if (!isLock(entry)) return;
    const id = { ...(cluster !== undefined && { cluster }), pool: entry.name.replace(/\.lock$/, '') };
    const file = lockFile(formatPoolId(id));
    if (!isIdentity(id)) diagnostics.push(wrong(file, 'lock-name', 'this is the name of no pool', RENAME));
    else if (!entry.isFile())
      diagnostics.push(wrong(file, 'not-a-file', 'this is not a regular file', NO_LINKS));
    else pools.push(id);
  }
}

function isLock({ name }: Dirent): boolean {
  return /^[^.].*\.lock$/.test(name);
}

function isIdentity({ cluster, pool }: PoolId): boolean {
  return poolName.safeParse(pool).success && (cluster === undefined || dnsLabel.safeParse(cluster).success);
}

function wrong(file: string, code: string, message: string, hint = REPAIR): Diagnostic {
  return { code, severity: 'error', source: 'input', message, hint, origin: { file } };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
