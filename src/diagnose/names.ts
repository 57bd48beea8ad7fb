import { type SavedObject, textAt } from '../gathered/object.ts';

export const GROUP = 'machineconfiguration.openshift.io';

/** Where the operator is, and everything that a build needs. */
export const NAMESPACE = 'openshift-machine-config-operator';

export const BUILD_CONTAINER = 'image-build';

/** What becomes of the digest: of 4.20 and later, then of those before. */
export const DIGEST_CONTAINERS = ['create-digest-configmap', 'wait-for-done'];

export const LABEL = {
  build: `${GROUP}/machine-os-build`,
  pool: `${GROUP}/target-machine-config-pool`,
  config: `${GROUP}/machine-os-config`,
  rendered: `${GROUP}/rendered-machine-config`,
} as const;

export const CURRENT_BUILD = `${GROUP}/current-machine-os-build`;

/** Objects that live as long as a build, or, where it fails, until the next one: what their names begin with. */
export const AUXILIARY = {
  containerfile: 'containerfile-',
  machineConfig: 'mc-',
  trustBundle: 'additionaltrustbundle-',
  policy: 'etc-policy-',
  registries: 'etc-registries-',
  digest: 'digest-',
  baseSecret: 'base-',
  finalSecret: 'final-',
  job: 'build-',
} as const;

/** A build's pod, as its Job names it: `build-<MachineOSBuild>-<five>`; without the five, the Job, whose log is that of a pod. */
const BUILD_POD = /^build-((.+)-[0-9a-f]{32})(?:-[a-z0-9]{5})?$/;

/** The build and the pool that the name of a pod says. */
export function ofPodName(name: string): { build: string; pool: string } | undefined {
  const match = BUILD_POD.exec(name);
  return match === null ? undefined : { build: match[1]!, pool: match[2]! };
}

/** The pool that a MachineOSConfig is for: its own name, where it does not even say that. */
export function poolOf(config: SavedObject): string {
  return textAt(config.data, 'spec', 'machineConfigPool', 'name') ?? config.name;
}
