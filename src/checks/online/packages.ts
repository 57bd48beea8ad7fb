import type { InstalledPackage } from '../../rpm/header.ts';
import { compareEvr, compareVersions, type Evr, formatEvr } from '../../values/evr.ts';
import { type Rpm, rpmNevra } from '../../values/rpm.ts';

/** The package that brings a fix, and its first build with it. */
export interface Fix {
  readonly package: string;
  /** `version-release` or a version alone, with an epoch where it matters. */
  readonly atLeast: string;
}

/** The build with which an image has a fix; undefined where it has none. */
export function fixedBy({ package: name, atLeast }: Fix, packages: readonly InstalledPackage[] = []) {
  const [, epoch, version = '', release] = /^(?:(\d+):)?([^-]*)(?:-(.*))?$/.exec(atLeast) ?? [];
  return packages.find((one) => {
    if (one.name !== name) return false;
    const wanted = {
      // Who writes none means the package's own, and a version alone has every release.
      epoch: epoch === undefined ? one.epoch : Number(epoch),
      version,
      release: release ?? one.release,
    };
    return compareEvr(one, wanted) >= 0;
  });
}

/** What an image has of the package that an RPM is named for, in the same build or a newer one. */
export function asNewAs(rpm: Rpm, packages: readonly InstalledPackage[] = []): InstalledPackage | undefined {
  const { name, version: build = '', arch } = rpmNevra(rpm) ?? {};
  const [version = '', release = ''] = build.split('-');
  return packages.find(
    (one) =>
      one.name === name &&
      one.arch === arch &&
      // The name of a file has no epoch.
      (compareVersions(one.version, version) || compareVersions(one.release, release)) >= 0,
  );
}

/** Whether a package is what an RPM is named for. */
export function isBuildOf(rpm: Rpm, { name, version, release }: InstalledPackage): boolean {
  const nevra = rpmNevra(rpm);
  return nevra?.name === name && nevra.version === `${version}-${release}`;
}

/** What tells how new an operating system is: the one that must not be newer than its cluster first. */
const TELLING = ['openshift-kubelet', 'kernel-core', 'kernel'] as const;

/** By which package two operating systems differ first, and their builds of it. */
export interface OsDifference {
  readonly package: (typeof TELLING)[number];
  readonly order: 'older' | 'newer';
  readonly own: string;
  readonly other: string;
}

/** How an operating system differs from another one; undefined where neither is newer as far as is known. */
export function compareOs(
  own: readonly InstalledPackage[] = [],
  other: readonly InstalledPackage[] = [],
): OsDifference | undefined {
  for (const name of TELLING) {
    const [mine, theirs] = [newest(name, own), newest(name, other)];
    const order = mine && theirs ? compareEvr(mine, theirs) : 0;
    if (order === 0) continue;
    const builds = { own: formatEvr(mine!), other: formatEvr(theirs!) };
    return { package: name, order: order < 0 ? 'older' : 'newer', ...builds };
  }
  return undefined;
}

function newest(name: string, packages: readonly InstalledPackage[]): Evr | undefined {
  const [first] = packages.filter((one) => one.name === name).sort((a, b) => compareEvr(b, a));
  return first;
}
