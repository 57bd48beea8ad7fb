import { profileOf } from '../profiles.ts';
import { type Build, NAMESPACE } from './input.ts';

const GROUP = 'machineconfiguration.openshift.io';

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** The names of what a build makes for itself. */
export const PREFIXES = {
  containerfile: 'containerfile',
  machineConfig: 'mc',
  trustBundle: 'additionaltrustbundle',
  policy: 'etc-policy',
  registries: 'etc-registries',
  digest: 'digest',
  base: 'base',
  final: 'final',
  job: 'build',
} as const;

export function nameOf({ name }: Build, what: keyof typeof PREFIXES): string {
  return `${PREFIXES[what]}-${name}`;
}

/** What the MachineOSBuild says it is of. */
export function ownLabels({ config, pool, rendered }: Pick<Build, 'config' | 'pool' | 'rendered'>) {
  return {
    [`${GROUP}/machine-os-config`]: config.metadata.name,
    [`${GROUP}/rendered-machine-config`]: rendered.metadata.name,
    [`${GROUP}/target-machine-config-pool`]: pool.metadata.name,
  };
}

/** By the first four of these the operator finds what it made. In the order of their names. */
export function labelsOf(build: Build): Record<string, string> {
  return {
    [`${GROUP}/ephemeral-build-object`]: '',
    [`${GROUP}/machine-os-build`]: build.name,
    [`${GROUP}/machine-os-config`]: build.config.metadata.name,
    [`${GROUP}/on-cluster-layering`]: '',
    [`${GROUP}/rendered-machine-config`]: build.rendered.metadata.name,
    [`${GROUP}/target-machine-config-pool`]: build.config.spec.machineConfigPool.name,
  };
}

export function metadataOf(
  build: Build,
  what: keyof typeof PREFIXES,
  labels: Readonly<Record<string, string>> = {},
): Metadata {
  const { hasEntitlement, hasYumRepos, hasGpgKeys } = build.environment;
  return {
    ...timestamp(build),
    annotations: {
      ...(hasEntitlement && { [`${GROUP}/has-etc-pki-entitlement`]: '' }),
      ...(hasGpgKeys && { [`${GROUP}/has-etc-pki-rpm-gpg`]: '' }),
      ...(hasYumRepos && { [`${GROUP}/has-etc-yum-repos-d`]: '' }),
      [`${GROUP}/machine-os-build`]: build.name,
      [`${GROUP}/machine-os-config`]: build.config.metadata.name,
    },
    labels: { ...labelsOf(build), ...labels },
    name: nameOf(build, what),
    namespace: NAMESPACE,
  };
}

/** As releases write an object that no API server has seen yet. */
export function timestamp({ release }: Pick<Build, 'release'>): { creationTimestamp?: null } {
  return profileOf(release).nullTimestamp ? { creationTimestamp: null } : {};
}
