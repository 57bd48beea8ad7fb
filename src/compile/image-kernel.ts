import { below, type Origin } from '../diagnostics.ts';
import type { Library } from '../spec/library.ts';
import type { ReleaseImages } from '../spec/release.ts';
import type { Architecture } from '../values/architecture.ts';
import type { PinnedImage } from '../values/image-ref.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { PlacedClaim } from './conflicts.ts';

/** The kernel that an image boots. */
export interface ImageKernel {
  /** `version-release.arch`; undefined where nobody wrote it down. */
  readonly version: string | undefined;
  /** The releases whose OS image has it; none where a step put it there. */
  readonly releases: readonly ReleaseVersion[];
  readonly origin: Origin;
}

/** The kernel of a base, as the Release documents have it; undefined where it is none of their OS images. */
export function baseKernel(
  base: PinnedImage | undefined,
  name: ReleaseVersion,
  architecture: Architecture,
  { releases }: Library,
): ImageKernel | undefined {
  const all = [...releases.values()].filter(
    ({ value }) => base !== undefined && value[architecture]?.['rhel-coreos'].digest === base.digest,
  );
  // Several releases may have one image: the pool's own tells of it, then one that knows the kernel.
  const told =
    all.find(({ value }) => value.name === name) ??
    all.find(({ value }) => value[architecture]?.kernel !== undefined) ??
    all[0];
  if (told === undefined) return undefined;
  const version = told.value[architecture]?.kernel;
  return {
    version,
    releases: all.map(({ value }) => value.name),
    origin: below(told.origin, [architecture, version === undefined ? 'rhel-coreos' : 'kernel']),
  };
}

/** Whether what a release's document says of kernel and toolkit holds for a base. */
export function isOfRelease(
  kernel: ImageKernel | undefined,
  name: ReleaseVersion,
  images: ReleaseImages | undefined,
): boolean {
  if (kernel === undefined || images === undefined) return false;
  return kernel.releases.includes(name) || (kernel.version !== undefined && kernel.version === images.kernel);
}

/** What brings a kernel, other than the step for it. */
const KERNEL_PACKAGE = /^kernel(?:-rt)?(?:-core)?(?:-\d.*)?$/;

/** The kernel that an image boots: what a step put there, else its base's. Undefined where it is not known. */
export function imageKernel(
  base: ImageKernel | undefined,
  installed: ImageKernel | undefined,
  claims: readonly PlacedClaim[],
): ImageKernel | undefined {
  const bringsKernel = claims.some(
    ({ verb, name }) => (verb === 'brings' || verb === 'installs') && KERNEL_PACKAGE.test(name),
  );
  return installed ?? (bringsKernel ? undefined : base);
}
