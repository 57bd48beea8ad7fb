import { failure } from '../../diagnostics.ts';
import { compareReleases, isAtLeast, type ReleaseVersion } from '../../values/release-version.ts';

const OLDEST = '4.18';
/** The newest whose rules are known, which hold where no release is named. */
const NEWEST = '5.1';

/** The release whose rules are meant: a minor version or a z-stream. Throws where its rules are not known. */
export function rulesOf(text: string = NEWEST): ReleaseVersion {
  const [, minor, rest] = /^(\d+\.\d+)(\.\d+(?:-[0-9A-Za-z.-]+)?)?$/.exec(text) ?? [];
  const release = (minor === undefined ? text : `${minor}${rest ?? '.0'}`) as ReleaseVersion;
  const isKnown =
    minor !== undefined &&
    isAtLeast(release, OLDEST) &&
    compareReleases(`${minor}.0` as ReleaseVersion, `${NEWEST}.0` as ReleaseVersion) <= 0;
  if (isKnown) return release;
  throw failure('input', 'release-unknown', `the rules of ${text} are not known`, {
    hint: `Name a release from ${OLDEST} to ${NEWEST}, such as --release 4.19.`,
  });
}
