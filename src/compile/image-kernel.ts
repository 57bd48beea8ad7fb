import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { Library, Located } from '../spec/library.ts';
import type { Release } from '../spec/release.ts';
import type { PinnedImage } from '../values/image-ref.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { TracedStage } from './compiled-pool.ts';
import type { PlacedClaim } from './conflicts.ts';

/** The kernel that an image boots. */
export interface ImageKernel {
  /** `version-release.arch`; undefined where nobody wrote it down. */
  readonly version: string | undefined;
  /** The releases whose OS image has it; none where a step put it there. */
  readonly releases: readonly string[];
  readonly origin: Origin;
}

/** The kernel of a base, as the Release documents have it; undefined where it is none of their OS images. */
export function baseKernel(
  base: PinnedImage | undefined,
  name: ReleaseVersion,
  { releases }: Library,
): ImageKernel | undefined {
  const all = [...releases.values()].filter(
    ({ value }) => value.amd64['rhel-coreos'].digest === base?.digest,
  );
  // Several releases may have one image: the pool's own tells of it, then one that knows the kernel.
  const told =
    all.find(({ value }) => value.name === name) ??
    all.find(({ value }) => value.amd64.kernel !== undefined) ??
    all[0];
  if (told === undefined) return undefined;
  return {
    version: told.value.amd64.kernel,
    releases: all.map(({ value }) => value.name),
    origin: below(told.origin, ['amd64', told.value.amd64.kernel === undefined ? 'rhel-coreos' : 'kernel']),
  };
}

/** Whether what a release's document says of kernel and toolkit holds for a base. */
export function isOfRelease(kernel: ImageKernel | undefined, release: Release | undefined): boolean {
  if (kernel === undefined || release === undefined) return false;
  return (
    kernel.releases.includes(release.name) ||
    (kernel.version !== undefined && kernel.version === release.amd64.kernel)
  );
}

// A variable that is still in a path was reported.
const MODULES = /^\/(?:usr\/)?lib\/modules\/(?!\$)([^/]+)/;
/** What brings a kernel, other than the step for it. */
const KERNEL_PACKAGE = /^kernel(?:-rt)?(?:-core)?(?:-\d.*)?$/;

export interface ModuleInput {
  readonly base: ImageKernel | undefined;
  /** What a kernel step put in its place. */
  readonly installed: ImageKernel | undefined;
  readonly claims: readonly PlacedClaim[];
  readonly stages: readonly TracedStage[];
  /** The pool's. */
  readonly release: ReleaseVersion;
  readonly library: Library;
}

/** Kernel modules that the image's kernel would not load. Where its kernel is not known, nothing is said. */
export function checkModules({
  base,
  installed,
  claims,
  stages,
  release,
  library,
}: ModuleInput): Diagnostic[] {
  const bringsKernel = claims.some(
    ({ verb, name }) => (verb === 'brings' || verb === 'installs') && KERNEL_PACKAGE.test(name),
  );
  const kernel = installed ?? (bringsKernel ? undefined : base);
  if (kernel === undefined) return [];
  // A toolkit gets the headers of a new kernel by a package: any of the pool's own is as good.
  const own = installed === undefined ? kernel.releases : [release, ...(base?.releases ?? [])];
  return [
    ...stages.flatMap((stage) => toolkitOfAnother(stage, kernel, own, library)),
    ...modulesOfAnother(claims, kernel),
  ];
}

function modulesOfAnother(claims: readonly PlacedClaim[], { version, origin }: ImageKernel): Diagnostic[] {
  if (version === undefined) return [];
  const told = new Set<string>();
  return claims.flatMap((claim): Diagnostic[] => {
    const of = claim.verb === 'writes' ? MODULES.exec(claim.name)?.[1] : undefined;
    // Variants of one build have a plus: 5.14.0-570.16.1.el9_6.x86_64+rt.
    if (of === undefined || of === version || of.startsWith(`${version}+`)) return [];
    const once = JSON.stringify([of, claim.origin]);
    if (told.has(once)) return [];
    told.add(once);
    return [
      {
        code: 'module-of-another-kernel',
        severity: 'error',
        source: 'input',
        message: `nothing would read ${claim.name}: the image's kernel is ${version}`,
        hint: `Build modules for that kernel, and put them below /usr/lib/modules/${version}.`,
        origin: claim.origin,
        related: [{ message: 'that kernel', origin }],
      },
    ];
  });
}

function toolkitOfAnother(
  { from, origin }: TracedStage,
  kernel: ImageKernel,
  own: readonly string[],
  { releases }: Library,
): Diagnostic[] {
  const digest = from.slice(from.indexOf('@') + 1);
  const owners = [...releases.values()].filter(
    ({ value }) => value.amd64['driver-toolkit']?.digest === digest,
  );
  const fits = ({ value: { name, amd64 } }: Located<Release>) =>
    own.includes(name) || (kernel.version !== undefined && kernel.version === amd64.kernel);
  const [owner] = owners;
  if (owner === undefined || owners.some(fits)) return [];
  const its = owner.value.amd64.kernel;
  const image =
    kernel.version === undefined
      ? `the base is of ${kernel.releases[0]}`
      : `the image's is ${kernel.version}`;
  return [
    {
      code: 'driver-toolkit-of-another-release',
      severity: 'error',
      source: 'input',
      message: `this is the driver toolkit of ${owner.value.name}${its === undefined ? '' : `, for the kernel ${its}`}: ${image}`,
      hint: 'Write ${release.driver-toolkit}. Where both have one kernel, give both Release documents their kernel.',
      origin: below(origin, ['from']),
      related: [
        { message: 'the toolkit', origin: below(owner.origin, ['amd64', 'driver-toolkit']) },
        { message: "the image's kernel", origin: kernel.origin },
      ],
    },
  ];
}
