import { failure } from '../diagnostics.ts';
import { type OneRelease, parseReleaseInfo, toRelease } from '../spec/release-info.ts';
import { type Architecture, rpmArchitecture } from '../values/architecture.ts';

/** The Release document of what a release says of itself. `source` is where that was read. */
export function releaseIn(
  text: string,
  version: string,
  architecture: Architecture,
  source: string,
): OneRelease {
  const info = parseReleaseInfo(text);
  const release = typeof info === 'string' ? info : toRelease(info, architecture);
  if (typeof release === 'string') {
    throw failure('input', 'not-a-release', `${source} is no release: ${release}`, {
      hint: `\`oc adm release info --pullspecs ${version} > release.txt\` makes a file that is one.`,
    });
  }
  const platform = typeof info === 'string' ? undefined : info.platform;
  // As `oc` writes it.
  const wanted = `linux/${architecture}`;
  if (platform !== undefined && platform !== wanted) {
    throw failure('input', 'another-architecture', `${source} is of ${platform}, not of ${wanted}`, {
      hint: `\`oc adm release info --pullspecs quay.io/openshift-release-dev/ocp-release:${version}-${rpmArchitecture(architecture)} > release.txt\` is of ${wanted}.`,
    });
  }
  if (release.name === version) return release;
  throw failure('input', 'another-release', `${source} is of ${release.name}, not of ${version}`, {
    hint: `Ask for ${release.name}, or name what is of ${version}.`,
  });
}
