import { below, type Diagnostic } from '../diagnostics.ts';
import type { Library, Located } from '../spec/library.ts';
import type { Release } from '../spec/release.ts';
import type { Architecture } from '../values/architecture.ts';
import type { TracedStage } from './compiled-pool.ts';
import type { PlacedClaim } from './conflicts.ts';
import type { EffectivePool } from './effective.ts';
import type { ImageKernel } from './image-kernel.ts';

// A variable that is still in a path was reported.
const MODULES = /^\/(?:usr\/)?lib\/modules\/(?!\$)([^/]+)/;

/** Up to RHEL 9.2 it had a version of its own, with `.rt14`. */
const REALTIME = /\+rt\b|\.rt\d/;

export interface ModuleInput {
  /** What the image boots; undefined where it is not known. */
  readonly kernel: ImageKernel | undefined;
  readonly base: ImageKernel | undefined;
  readonly claims: readonly PlacedClaim[];
  readonly stages: readonly TracedStage[];
  readonly pool: Pick<EffectivePool, 'release' | 'kernelType' | 'origins'>;
  readonly architecture: Architecture;
  readonly library: Library;
}

/** Kernel modules that the nodes' kernel would not load. Where the image's kernel is not known, nothing is said. */
export function checkModules({
  kernel,
  base,
  claims,
  stages,
  pool,
  architecture,
  library,
}: ModuleInput): Diagnostic[] {
  if (kernel === undefined) return [];
  // A toolkit gets the headers of a new kernel by a package: any of the pool's own is as good.
  const own = kernel.releases.length > 0 ? kernel.releases : [pool.release, ...(base?.releases ?? [])];
  return [
    ...stages.flatMap((stage) => toolkitOfAnother(stage, kernel, own, architecture, library)),
    ...modulesOfAnother(claims, kernel),
    ...(pool.kernelType === 'realtime' ? modulesNotRealtime(claims, kernel, pool) : []),
  ];
}

function modulesOfAnother(claims: readonly PlacedClaim[], { version, origin }: ImageKernel): Diagnostic[] {
  if (version === undefined) return [];
  return modulesIn(claims)
    .filter(({ of }) => !isVariantOf(of, version))
    .map(({ claim }) => ({
      code: 'module-of-another-kernel',
      severity: 'error',
      source: 'input',
      message: `nothing would read ${claim.name}: the image's kernel is ${version}`,
      hint: `Build modules for that kernel, and put them below /usr/lib/modules/${version}.`,
      origin: claim.origin,
      related: [{ message: 'that kernel', origin }],
    }));
}

/** The operator swaps the image's kernel for its realtime variant. Layers may have modules for both. */
function modulesNotRealtime(
  claims: readonly PlacedClaim[],
  { version, origin }: ImageKernel,
  { origins }: ModuleInput['pool'],
): Diagnostic[] {
  const modules = modulesIn(claims);
  if (version === undefined || modules.some(({ of }) => REALTIME.test(of))) return [];
  return modules
    .filter(({ of }) => isVariantOf(of, version))
    .map(({ claim }) => ({
      code: 'module-of-another-kernel',
      severity: 'error',
      source: 'input',
      message: `nothing would read ${claim.name}: with kernelType: realtime the kernel is ${version}+rt`,
      hint: `Build modules for that kernel, and put them below /usr/lib/modules/${version}+rt.`,
      origin: claim.origin,
      related: [{ message: 'the kernel is swapped for this', origin: origins.get('kernelType') ?? origin }],
    }));
}

/** What is written below folders of modules; one of each folder and place, which may be of many files. */
function modulesIn(claims: readonly PlacedClaim[]): { claim: PlacedClaim; of: string }[] {
  const modules = new Map<string, { claim: PlacedClaim; of: string }>();
  for (const claim of claims) {
    const of = claim.verb === 'writes' ? MODULES.exec(claim.name)?.[1] : undefined;
    const once = JSON.stringify([of, claim.origin]);
    if (of !== undefined && !modules.has(once)) modules.set(once, { claim, of });
  }
  return [...modules.values()];
}

/** Variants of one build have a plus: 5.14.0-570.16.1.el9_6.x86_64+rt. */
function isVariantOf(of: string, version: string): boolean {
  return of === version || of.startsWith(`${version}+`);
}

function toolkitOfAnother(
  { from, origin }: TracedStage,
  kernel: ImageKernel,
  own: readonly string[],
  architecture: Architecture,
  { releases }: Library,
): Diagnostic[] {
  const digest = from.slice(from.indexOf('@') + 1);
  const owners = [...releases.values()].filter(
    ({ value }) => value[architecture]?.['driver-toolkit']?.digest === digest,
  );
  const fits = ({ value }: Located<Release>) =>
    own.includes(value.name) ||
    (kernel.version !== undefined && kernel.version === value[architecture]?.kernel);
  const [owner] = owners;
  if (owner === undefined || owners.some(fits)) return [];
  const its = owner.value[architecture]?.kernel;
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
        { message: 'the toolkit', origin: below(owner.origin, [architecture, 'driver-toolkit']) },
        { message: "the image's kernel", origin: kernel.origin },
      ],
    },
  ];
}
