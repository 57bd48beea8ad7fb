import type { EXTENSIONS } from '../spec/node.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { packageOf } from '../values/rpm.ts';
import type { PlacedClaim } from './conflicts.ts';
import type { EffectivePool } from './effective.ts';
import type { Report } from './report.ts';

type Extension = (typeof EXTENSIONS)[number];

interface Known {
  readonly packages: readonly string[];
  /** The first minor version that has it, and the first that has it no more. */
  readonly from?: `${number}.${number}`;
  readonly until?: `${number}.${number}`;
}

/** https://github.com/openshift/machine-config-operator: the operator's list of extensions, and what each installs. */
const KNOWN: Record<Extension, Known> = {
  ipsec: { packages: ['NetworkManager-libreswan', 'libreswan'] },
  kerberos: { packages: ['krb5-workstation', 'libkadm5'] },
  'kernel-devel': { packages: ['kernel-devel', 'kernel-headers'] },
  'sandboxed-containers': { packages: ['kata-containers'] },
  sysstat: { packages: ['sysstat'] },
  'two-node-ha': { packages: ['pacemaker', 'pcs', 'fence-agents-all'], from: '4.19' },
  usbguard: { packages: ['usbguard'] },
  wasm: { packages: ['crun-wasm'], until: '4.22' },
};

/** The extensions of a release, each with its packages. */
export function extensionsOf(release: ReleaseVersion): ReadonlyMap<string, readonly string[]> {
  const own = Object.entries(KNOWN).filter(
    ([, { from, until }]) =>
      (from === undefined || isAtLeast(release, from)) && (until === undefined || !isAtLeast(release, until)),
  );
  return new Map(
    own.map(([name, { packages }]) => [
      name,
      name === 'ipsec' && isAtLeast(release, '5.0') ? [...packages, 'openvswitch3.5-ipsec'] : packages,
    ]),
  );
}

/** Says of an extension that a release does not have, and why. Undefined where no release has it. */
export function whyNoExtension(name: string, release: ReleaseVersion): [string, string] | undefined {
  const known = (KNOWN as Record<string, Known | undefined>)[name];
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
