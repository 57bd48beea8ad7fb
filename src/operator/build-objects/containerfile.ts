import { KERNELS, type KernelType } from '../../plan/kernels.ts';
import { type Surroundings, surroundingStages } from '../../plan/surroundings.ts';
import { extensionsOf } from '../../values/extensions.ts';
import { validateContainerfile } from '../containerfile-rules.ts';
import { profileOf } from '../profiles.ts';
import { Refusal } from '../refusal.ts';
import type { Build } from './input.ts';

/** What is built: stages that do what the operator's do, then the content for all architectures. */
export function containerfileOf(build: Build): string {
  const surroundings: Surroundings = {
    pool: build.config.spec.machineConfigPool.name,
    base: build.images.base,
    rendered: build.rendered.metadata.name,
    ...extensionsIn(build),
  };
  const content = build.config.spec.containerFile?.find(
    ({ containerfileArch }) => containerfileArch === 'NoArch',
  );
  // Before it looks at the whole, whose first part is its own.
  if (profileOf(build.release).readsContainerfile) validateContainerfile(content?.content ?? '');
  const stages = surroundingStages(surroundings).map(({ from, instructions }) =>
    [from, ...instructions, ''].join('\n'),
  );
  return [...stages, content?.content ?? ''].join('\n');
}

function extensionsIn({ rendered, release, images, environment }: Build): Pick<Surroundings, 'extensions'> {
  const { extensions, kernelType } = rendered.spec;
  const packages = packagesOf(extensions ?? [], release);
  const { swapsKernel } = profileOf(release);
  const kernel: KernelType =
    swapsKernel && Object.hasOwn(KERNELS, kernelType) ? (kernelType as KernelType) : 'default';
  if (kernel === '64k-pages' && environment.architecture !== 'arm64') {
    throw new Refusal('64k-pages is only supported for aarch64 architecture');
  }
  // Up to 4.19, only where there is something to install.
  const isUsed = images.extensions !== '' && (swapsKernel || packages.length > 0);
  return isUsed ? { extensions: { image: images.extensions, packages, kernel } } : {};
}

function packagesOf(extensions: readonly string[], release: Build['release']): string[] {
  const known = extensionsOf(release);
  const unknown = extensions.filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Refusal(`invalid extensions found: [${unknown.join(' ')}]`);
  return extensions.flatMap((name) => known.get(name)!);
}
