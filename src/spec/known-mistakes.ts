/**
 * Keys and values that people have from older releases, or from examples that were never right: each with what to write
 * today. What is merely misspelt needs no line here.
 */
export const KNOWN_MISTAKES: ReadonlyMap<string, string> = new Map([
  ['buildInputs', 'It was so up to 4.17: what is in it stands in spec itself, under the names of v1.'],
  [
    'buildOutputs',
    "It was so up to 4.17, and is gone: nodes pull with the cluster's global pull secret, which has no key here.",
  ],
  [
    'currentImagePullSecret',
    "There is none: nodes pull with the cluster's global pull secret. baseImagePullSecret is for pulling the base.",
  ],
  ['renderedImagePushspec', 'Did you mean renderedImagePushSpec? It was spelt so up to 4.17.'],
  [
    'baseOSImagePullspec',
    'It was so up to 4.17: the build starts from the OS image of the release, or of osImageURL.',
  ],
  [
    'baseOSExtensionsImagePullspec',
    'It was so up to 4.17. A MachineConfig has baseOSExtensionsContainerImage.',
  ],
  ['releaseVersion', 'It was so up to 4.17: the operator knows the release.'],
  ['PodImageBuilder', 'It was so up to 4.17: write Job.'],
  ['noarch', 'Write NoArch: it was spelt so up to 4.17, and capitals count.'],
  ['x86_64', 'Write NoArch: the entries of a single architecture are not built. Its own name here is AMD64.'],
  [
    'aarch64',
    'Write NoArch: the entries of a single architecture are not built. Its own name here is ARM64.',
  ],
]);
