import type { ReleaseVersion } from '../../values/release-version.ts';
import type { OsImages } from '../names.ts';
import type { MachineConfig, MachineConfigPool, MachineOSConfig } from '../objects.ts';
import type { Secret } from '../secrets.ts';

/** What a cluster has besides its pools that a build depends on. */
export interface Environment {
  /** The operator's own image, which builds. */
  readonly operatorImage: string;
  readonly proxy?: { readonly httpProxy: string; readonly httpsProxy: string; readonly noProxy: string };
  /** Additional trusted certificates, in PEM. */
  readonly trustBundle?: string;
  /** Whether the Secret `etc-pki-entitlement-<pool>`, the ConfigMap etc-yum-repos-d and the Secret etc-pki-rpm-gpg are there. */
  readonly hasEntitlement: boolean;
  readonly hasYumRepos: boolean;
  readonly hasGpgKeys: boolean;
  /** Of the node that the operator runs on, which decides about kernels of 64k pages. */
  readonly architecture: 'amd64' | 'arm64' | 'ppc64le' | 's390x';
}

export interface BuildObjectsInput {
  readonly release: ReleaseVersion;
  readonly pool: MachineConfigPool;
  readonly config: MachineOSConfig;
  readonly rendered: MachineConfig;
  readonly images: OsImages;
  /** Of one that is not known, what is made has no content. */
  readonly baseSecret?: Secret;
  readonly pushSecret?: Secret;
  readonly environment: Environment;
  /** The MachineOSBuild's, which the Job's owner reference has. */
  readonly uid: string;
}

/** What the objects of a build have in common: its name, and what it is of. */
export interface Build extends BuildObjectsInput {
  readonly name: string;
  readonly tag: string;
}

/** Where the operator lives, and with it all that it makes of builds. */
export const NAMESPACE = 'openshift-machine-config-operator';
