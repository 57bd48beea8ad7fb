import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';

/** What differs between releases in the objects of a build. All else is the same from 4.18 on. */
export interface Profile {
  /** Whether the image is built in an init container, and another one tells its digest afterwards. */
  readonly buildsFirst: boolean;
  /** The container that tells the digest, and whether it runs the operator's image, or the base. */
  readonly digestContainer: 'wait-for-done' | 'create-digest-configmap';
  readonly digestInOperatorImage: boolean;
  /** Between the labels of the ConfigMap with the digest, in an environment variable. */
  readonly labelSeparator: ' ' | ',';
  /** Whether containers are told the base image. */
  readonly namesBase: boolean;
  readonly gracePeriod: boolean;
  /** Whether a kernelType is part of the build. */
  readonly swapsKernel: boolean;
  /** Whether the rendered Containerfile is looked at before anything is made. */
  readonly readsContainerfile: boolean;
  /** `creationTimestamp: null` in objects that were not created yet, as older Kubernetes writes them. */
  readonly nullTimestamp: boolean;
}

export function profileOf(release: ReleaseVersion): Profile {
  // 4.23 and 5.0 are one branch.
  const isNewest = isAtLeast(release, '4.23');
  const buildsFirst = isAtLeast(release, '4.20');
  return {
    buildsFirst,
    digestContainer: buildsFirst ? 'create-digest-configmap' : 'wait-for-done',
    digestInOperatorImage: isNewest,
    labelSeparator: isNewest ? ',' : ' ',
    namesBase: isAtLeast(release, '4.22'),
    gracePeriod: isAtLeast(release, '4.19'),
    swapsKernel: buildsFirst,
    readsContainerfile: isNewest,
    nullTimestamp: !isAtLeast(release, '4.21'),
  };
}
