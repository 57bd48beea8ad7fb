import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { type Decision, decisionsOf, isHeard } from './decisions.ts';
import { renderIgnition } from './ignition/render.ts';
import { validateMachineConfig } from './machine-config-rules.ts';
import { renderedName } from './names.ts';
import type { MachineConfig, MachineConfigSpec } from './objects.ts';
import { Refusal } from './refusal.ts';
import { validateSize } from './rendered-size.ts';
import { inOrder } from './selection.ts';

/** The images that a cluster's release has for all pools. */
export interface Defaults {
  readonly osImageURL: string;
  readonly baseOSExtensionsContainerImage: string;
}

export interface Merged {
  /** The names, in the order that they were merged in. */
  readonly order: readonly string[];
  readonly spec: MachineConfigSpec;
  readonly decisions: readonly Decision[];
  /** `rendered-<pool>-<hash>`; none where a config of Ignition's version 2 has contents, which are not translated here. */
  readonly name?: string;
  /** Whether the pool's OS is the user's business from now on. */
  readonly isOverridden: boolean;
  /** An image of the user's without a digest: the operator warns in its log. */
  readonly isTag: boolean;
}

export interface MergeInput {
  readonly release: ReleaseVersion;
  readonly pool: string;
  readonly configs: readonly MachineConfig[];
  readonly defaults: Defaults;
  /** The pool's `osImageStream`, where it names one. */
  readonly stream?: string;
}

/** What the operator renders for a pool of its MachineConfigs. Throws a Refusal where it renders nothing. */
export function mergeConfigs({ release, pool, configs, defaults, stream = '' }: MergeInput): Merged {
  for (const config of configs)
    Refusal.wrap(`validate ${config.metadata.name}`, () => validateMachineConfig(config.spec, release));
  const ordered = inOrder(configs, release);
  const { config, isUntranslated } = renderIgnition(ordered, release);
  const kernelType = lastKernel(ordered);
  const extensions = ordered.flatMap(({ spec }) => spec.extensions ?? []);
  if (kernelType !== 'default' && extensions.includes('kernel-devel')) {
    throw new Refusal(`installing kernel-devel extension is not supported with kernelType: ${kernelType}`);
  }
  const osImageURL = lastImage(ordered, 'osImageURL', defaults, release);
  const spec: MachineConfigSpec = {
    baseOSExtensionsContainerImage: lastImage(ordered, 'baseOSExtensionsContainerImage', defaults, release),
    config: config as MachineConfigSpec['config'],
    extensions,
    fips: ordered.some((one) => one.spec.fips),
    kernelArguments: ordered.flatMap((one) => one.spec.kernelArguments ?? []),
    kernelType,
    osImageURL,
  };
  const isOverridden = osImageURL !== defaults.osImageURL;
  if (isOverridden && stream !== '' && isAtLeast(release, '4.22')) {
    throw new Refusal(
      'cannot override MachineConfig osImageURL and set MachineConfigPool spec.osImageStream.name simultaneously',
    );
  }
  const name = isUntranslated ? undefined : renderedName(pool, spec);
  if (name !== undefined) validateSize(name, pool, spec, release);
  return {
    order: ordered.map(({ metadata }) => metadata.name),
    spec,
    decisions: decisionsOf(ordered, spec, release),
    ...(name !== undefined && { name }),
    isOverridden,
    isTag: isOverridden && !osImageURL.includes('sha256:'),
  };
}

function lastKernel(configs: readonly MachineConfig[]): string {
  return (
    configs.findLast(({ spec }) => spec.kernelType === 'realtime' || spec.kernelType === '64k-pages')?.spec
      .kernelType ?? 'default'
  );
}

function lastImage(
  configs: readonly MachineConfig[],
  field: keyof Defaults,
  defaults: Defaults,
  release: ReleaseVersion,
): string {
  const heard = configs.filter((config) => config.spec[field] !== '' && isHeard(config, release));
  return heard.at(-1)?.spec[field] ?? defaults[field];
}
