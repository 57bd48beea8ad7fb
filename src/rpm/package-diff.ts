import { compareEvr, type Evr, formatEvr } from '../values/evr.ts';
import type { InstalledPackage } from './header.ts';

/** What became of a package between two images. */
export interface PackageChange {
  readonly name: string;
  readonly arch?: string;
  readonly change: 'added' | 'removed' | 'upgraded' | 'downgraded';
  /** Its build in the old image, and in the new one. */
  readonly from?: string;
  readonly to?: string;
}

/** By name, then architecture. A package of which an image has several builds, such as a kernel, comes and goes by build. */
export function diffPackages(
  before: readonly InstalledPackage[],
  after: readonly InstalledPackage[],
): PackageChange[] {
  const [old, now] = [byName(before), byName(after)];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  return keys.flatMap((key) => changesOf(old.get(key) ?? [], now.get(key) ?? []));
}

function byName(packages: readonly InstalledPackage[]): Map<string, InstalledPackage[]> {
  const named = new Map<string, InstalledPackage[]>();
  for (const one of packages) {
    // No name has a blank.
    const key = `${one.name} ${one.arch ?? ''}`;
    named.set(key, [...(named.get(key) ?? []), one]);
  }
  return named;
}

function changesOf(before: readonly InstalledPackage[], after: readonly InstalledPackage[]): PackageChange[] {
  const gone = before.filter((one) => !after.some((other) => isSame(one, other)));
  const come = after.filter((one) => !before.some((other) => isSame(one, other)));
  const [from] = gone;
  const [to] = come;
  if (from !== undefined && to !== undefined && before.length === 1 && after.length === 1) {
    const change = compareEvr(from, to) < 0 ? 'upgraded' : 'downgraded';
    return [{ ...named(to), change, from: formatEvr(from), to: formatEvr(to) }];
  }
  return [
    ...gone.map((one) => ({ ...named(one), change: 'removed' as const, from: formatEvr(one) })),
    ...come.map((one) => ({ ...named(one), change: 'added' as const, to: formatEvr(one) })),
  ];
}

function isSame(a: Evr, b: Evr): boolean {
  return compareEvr(a, b) === 0 && formatEvr(a) === formatEvr(b);
}

function named({ name, arch }: InstalledPackage): Pick<PackageChange, 'name' | 'arch'> {
  return { name, ...(arch !== undefined && { arch }) };
}
