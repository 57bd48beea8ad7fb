import type { Release } from '../spec/release.ts';
import type { Architecture } from '../values/architecture.ts';
import { formatImageRef } from '../values/image-ref.ts';
import { architecturesOf } from './architectures.ts';
import type { EffectivePool } from './effective.ts';
import { checkExtensions } from './extensions.ts';
import type { Report } from './report.ts';

/** What goes into a pool's MachineConfig beside its image. */
export interface NodeSpec {
  readonly kernelType?: string;
  readonly extensions?: readonly string[];
  readonly kernelArguments?: readonly string[];
  readonly baseOSExtensionsContainerImage?: string;
}

/** A pool's node settings, and what the operator would refuse or trip over. */
export function nodeSpec(
  pool: EffectivePool,
  release: Release | undefined,
  kinds: readonly string[],
  report: Report,
): NodeSpec {
  const { kernelType, extensions, kernelArguments } = pool;
  const swapsKernel = kernelType !== undefined && kernelType !== 'default';
  checkKernel(pool, kinds, report);
  checkExtensions(pool, report);
  // The packages come from the extensions' image, which has to be of the RHEL that the base is of.
  const needsExtensions = swapsKernel || extensions !== undefined;
  const image = pool.base === undefined ? extensionsFor(architecturesOf(pool), release) : undefined;
  const key = extensions === undefined ? 'kernelType' : 'extensions';
  if (needsExtensions && pool.base !== undefined) {
    report(
      'extensions-unmatched',
      key,
      "the packages come from the cluster's extensions, which may be of another RHEL than this base",
      'Build from the base of a release, or leave base out.',
      'warning',
    );
  } else if (needsExtensions && image === undefined && architecturesOf(pool).length > 1) {
    report(
      'extensions-unmatched',
      key,
      `the packages come from the cluster's extensions, which may be of another RHEL than ${pool.release}`,
      'A MachineConfig names one image of them: give each architecture of the Release document the same index as its rhel-coreos-extensions.',
      'warning',
    );
  }
  return {
    ...(kernelType !== undefined && { kernelType }),
    ...(extensions !== undefined && { extensions }),
    ...(kernelArguments !== undefined && { kernelArguments }),
    ...(needsExtensions &&
      pool.target.machineConfig !== undefined &&
      image !== undefined && { baseOSExtensionsContainerImage: formatImageRef(image) }),
  };
}

/** All nodes of a pool have one MachineConfig: an image that is not for all of them is for none. */
function extensionsFor(architectures: readonly Architecture[], release: Release | undefined) {
  const [first, ...others] = architectures.map((name) => release?.[name]?.['rhel-coreos-extensions']);
  return others.every((image) => image?.digest === first?.digest) ? first : undefined;
}

function checkKernel(pool: EffectivePool, kinds: readonly string[], report: Report): void {
  const { kernelType, extensions } = pool;
  if (kernelType === undefined || kernelType === 'default') return;
  const others = architecturesOf(pool).filter((name) => name !== 'arm64');
  if (kernelType === '64k-pages' && others.length > 0) {
    report(
      'kernel-not-amd64',
      'kernelType',
      `64k-pages is a kernel for arm64, and the pool's nodes are ${others.join(' and ')}`,
      'Leave kernelType out, or give nodes of arm64 a pool of their own.',
    );
  }
  if (extensions?.includes('kernel-devel')) {
    report(
      'kernel-devel',
      'extensions',
      `the operator refuses kernel-devel with kernelType: ${kernelType}`,
      'Leave one of them out: kernel-devel is for the default kernel.',
    );
  }
  if (kinds.includes('kernel')) {
    report(
      'kernel-twice',
      'kernelType',
      'a layer replaces the kernel, and the operator would replace it again',
      'Leave out kernelType, or the kernel step.',
    );
  }
}
