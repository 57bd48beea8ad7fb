import { failure } from '../diagnostics.ts';
import { compareEvr } from '../values/evr.ts';
import { type InstalledPackage, parseHeader } from './header.ts';
import { withoutLog } from './wal.ts';

/** Where images have their database, the usual place of RHEL CoreOS first. */
export const DATABASES = [
  'usr/share/rpm/rpmdb.sqlite',
  'usr/lib/sysimage/rpm/rpmdb.sqlite',
  'var/lib/rpm/rpmdb.sqlite',
] as const;

/** The packages that an rpm database has, by name, architecture and build. `what` says whose it is. */
export async function readPackages(
  database: Uint8Array,
  log: Uint8Array | undefined,
  what: string,
): Promise<InstalledPackage[]> {
  // Loaded only here: SQLite is a megabyte.
  const { default: initialize } = await import('sql.js/dist/sql-wasm-inline.js');
  const sqlite = await initialize();
  let rows: unknown[][];
  try {
    const opened = new sqlite.Database(withoutLog(database, log));
    rows = opened.exec('SELECT blob FROM Packages')[0]?.values ?? [];
    opened.close();
  } catch (error) {
    throw broken(what, (error as Error).message);
  }
  const packages = rows.map(([blob]) => (blob instanceof Uint8Array ? parseHeader(blob) : undefined));
  if (packages.includes(undefined)) throw broken(what, 'a package has no header that could be read');
  return (packages as InstalledPackage[]).sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.arch ?? '', b.arch ?? '') || compareEvr(a, b),
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function broken(what: string, why: string) {
  return failure('remote', 'rpmdb-broken', `the rpm database of ${what} cannot be read: ${why}`);
}
