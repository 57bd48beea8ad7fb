import type { Release } from '../spec/release.ts';
import { formatImageRef } from '../values/image-ref.ts';
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
  const image = pool.base === undefined ? release?.amd64['rhel-coreos-extensions'] : undefined;
  if (needsExtensions && pool.base !== undefined) {
    report(
      'extensions-unmatched',
      extensions === undefined ? 'kernelType' : 'extensions',
      "the packages come from the cluster's extensions, which may be of another RHEL than this base",
      'Build from the base of a release, or leave base out.',
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

function checkKernel(
  { kernelType, extensions }: EffectivePool,
  kinds: readonly string[],
  report: Report,
): void {
  if (kernelType === undefined || kernelType === 'default') return;
  if (kernelType === '64k-pages') {
    report(
      'kernel-not-amd64',
      'kernelType',
      '64k-pages is a kernel for arm64, and pools are amd64',
      'Leave kernelType out.',
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
