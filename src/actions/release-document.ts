import { failure } from '../diagnostics.ts';
import type { ReleaseProps } from '../spec/release.ts';
import { parseReleaseInfo, toRelease } from '../spec/release-info.ts';

/** What pools are of, as `oc` writes it. */
const PLATFORM = 'linux/amd64';

/** The Release document of what a release says of itself. `source` is where that was read. */
export function releaseIn(text: string, version: string, source: string): ReleaseProps {
  const info = parseReleaseInfo(text);
  const release = typeof info === 'string' ? info : toRelease(info);
  if (typeof release === 'string') {
    throw failure('input', 'not-a-release', `${source} is no release: ${release}`, {
      hint: `\`oc adm release info --pullspecs ${version} > release.txt\` makes a file that is one.`,
    });
  }
  const platform = typeof info === 'string' ? undefined : info.platform;
  if (platform !== undefined && platform !== PLATFORM) {
    throw failure('input', 'another-architecture', `${source} is of ${platform}, not of ${PLATFORM}`, {
      hint: `\`oc adm release info --pullspecs quay.io/openshift-release-dev/ocp-release:${version}-x86_64 > release.txt\` is of ${PLATFORM}.`,
    });
  }
  if (release.name === version) return release;
  throw failure('input', 'another-release', `${source} is of ${release.name}, not of ${version}`, {
    hint: `Ask for ${release.name}, or name what is of ${version}.`,
  });
}
