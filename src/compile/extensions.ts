import type { EXTENSIONS as NAMES } from '../spec/node.ts';
import { EXTENSIONS, type Extension, extensionsOf } from '../values/extensions.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { packageOf } from '../values/rpm.ts';
import type { PlacedClaim } from './conflicts.ts';
import type { EffectivePool } from './effective.ts';
import type { Report } from './report.ts';

/** A name in documents that the operator's list lacks, or the other way round, is an error of types. */
const KNOWN: Record<(typeof NAMES)[number], Extension> = EXTENSIONS;

/** Says of an extension that a release does not have, and why. Undefined where no release has it. */
export function whyNoExtension(name: string, release: ReleaseVersion): [string, string] | undefined {
  const known = (KNOWN as Record<string, Extension | undefined>)[name];
  if (known === undefined) return undefined;
  if (known.from !== undefined && !isAtLeast(release, known.from)) {
    return [`OpenShift ${release} has no extension ${name} yet`, `It came with ${known.from}.`];
  }
  return [`OpenShift ${release} has no extension ${name} any more`, 'Leave it out.'];
}

export function checkExtensions({ extensions = [], release }: EffectivePool, report: Report): void {
  const known = extensionsOf(release);
  for (const name of extensions) {
    const why = known.has(name) ? undefined : whyNoExtension(name, release);
    if (why !== undefined) report('unknown-extension', 'extensions', ...why);
  }
}

/** An image that has an extension's packages already: the node's rpm-ostree refuses to layer them again, and the pool degrades. */
export function checkExtensionPackages(
  { extensions = [], release }: EffectivePool,
  claims: readonly PlacedClaim[],
  report: Report,
): void {
  const known = extensionsOf(release);
  for (const extension of extensions) {
    const packages = known.get(extension) ?? [];
    const claim = claims.find(
      ({ verb, name }) =>
        (verb === 'installs' || verb === 'brings') && packages.includes(packageOf(name).name),
    );
    if (claim === undefined) continue;
    report(
      'extension-clash',
      'extensions',
      `a layer has ${claim.name}, which the extension ${extension} installs as well`,
      'The node refuses to install it twice, and the pool degrades: leave one of them out.',
      'error',
      [{ message: 'the layer has it here', origin: claim.origin }],
    );
  }
}
