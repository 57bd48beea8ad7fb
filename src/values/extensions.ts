import { isAtLeast, type ReleaseVersion } from './release-version.ts';

export interface Extension {
  readonly packages: readonly string[];
  /** The first minor version that has it, and the first that has it no more. */
  readonly from?: `${number}.${number}`;
  readonly until?: `${number}.${number}`;
}

/** https://github.com/openshift/machine-config-operator: the operator's list of extensions, and what each installs. */
export const EXTENSIONS = {
  ipsec: { packages: ['NetworkManager-libreswan', 'libreswan'] },
  kerberos: { packages: ['krb5-workstation', 'libkadm5'] },
  'kernel-devel': { packages: ['kernel-devel', 'kernel-headers'] },
  'sandboxed-containers': { packages: ['kata-containers'] },
  sysstat: { packages: ['sysstat'] },
  'two-node-ha': { packages: ['pacemaker', 'pcs', 'fence-agents-all'], from: '4.19' },
  usbguard: { packages: ['usbguard'] },
  wasm: { packages: ['crun-wasm'], until: '4.22' },
} as const satisfies Record<string, Extension>;

/** The extensions of a release, each with its packages. */
export function extensionsOf(release: ReleaseVersion): ReadonlyMap<string, readonly string[]> {
  const own = Object.entries<Extension>(EXTENSIONS).filter(
    ([, { from, until }]) =>
      (from === undefined || isAtLeast(release, from)) && (until === undefined || !isAtLeast(release, until)),
  );
  return new Map(
    own.map(([name, { packages }]) => [
      name,
      // 4.23 and 5.0 are one branch.
      name === 'ipsec' && isAtLeast(release, '4.23') ? [...packages, 'openvswitch3.5-ipsec'] : packages,
    ]),
  );
}
