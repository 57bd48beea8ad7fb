import { show, ValueError, value } from './value.ts';

/** An OpenShift release, `4.19.3` or `5.0.0-rc.1`. */
export type ReleaseVersion = string & { readonly __release: unique symbol };

const VERSION = /^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$/;

export const releaseVersion = value(
  (text): ReleaseVersion => {
    if (VERSION.test(text)) return text as ReleaseVersion;
    throw new ValueError(
      `${show(text)} is not a release`,
      'Write the z-stream in full and in quotes, such as "4.19.3": rules and base images differ between them.',
    );
  },
  { pattern: VERSION },
);

/** Whether a release is of this minor version or a later one. */
export function isAtLeast(release: ReleaseVersion, minor: `${number}.${number}`): boolean {
  const [, major, minorNumber] = VERSION.exec(release)?.map(Number) ?? [];
  const [wantedMajor, wantedMinor] = minor.split('.').map(Number);
  return major! > wantedMajor! || (major === wantedMajor && minorNumber! >= wantedMinor!);
}

/** Below 0 where `a` is the earlier release, above where it is the later one. Candidates come before their release. */
export function compareReleases(a: ReleaseVersion, b: ReleaseVersion): number {
  const [left, right] = [a, b].map((release) => VERSION.exec(release)!);
  for (const part of [1, 2, 3]) {
    const difference = Number(left![part]) - Number(right![part]);
    if (difference !== 0) return difference;
  }
  const [before, after] = [left![4], right![4]];
  if (before === after) return 0;
  if (before === undefined || after === undefined) return before === undefined ? 1 : -1;
  return before.localeCompare(after, 'en', { numeric: true });
}
