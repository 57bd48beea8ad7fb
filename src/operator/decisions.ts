import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { GENERATED_BY } from './names.ts';
import type { MachineConfig, MachineConfigSpec } from './objects.ts';

/** A value of a rendered MachineConfig, and the MachineConfigs that said something of it, in order: who came last won. */
export interface Decision {
  readonly field:
    | 'osImageURL'
    | 'baseOSExtensionsContainerImage'
    | 'kernelType'
    | 'fips'
    | 'extensions'
    | 'kernelArguments';
  readonly value: string | boolean | readonly string[];
  readonly by: readonly string[];
  /** Those whose value is not in it: an earlier one, or one that the release does not listen to. */
  readonly lost: readonly {
    readonly name: string;
    readonly value: string;
    readonly why: 'earlier' | 'generated' | 'default';
  }[];
}

/** From 4.21 on, what the operator generated itself does not say which image a pool has. */
export function isHeard({ metadata }: MachineConfig, release: ReleaseVersion): boolean {
  return !isAtLeast(release, '4.21') || (metadata.annotations?.[GENERATED_BY] ?? '') === '';
}

/** Who decided what, of MachineConfigs in the order that they are merged. */
export function decisionsOf(
  configs: readonly MachineConfig[],
  spec: MachineConfigSpec,
  release: ReleaseVersion,
): Decision[] {
  const nameOf = ({ metadata }: MachineConfig) => metadata.name;
  const images = (['osImageURL', 'baseOSExtensionsContainerImage'] as const).map((field): Decision => {
    const said = configs.filter((config) => config.spec[field] !== '');
    const winner = said.findLast((config) => isHeard(config, release));
    return {
      field,
      value: spec[field],
      by: winner === undefined ? [] : [nameOf(winner)],
      lost: said
        .filter((config) => config !== winner)
        .map((config) => ({
          name: nameOf(config),
          value: config.spec[field],
          why: isHeard(config, release) ? 'earlier' : 'generated',
        })),
    };
  });
  const kernels = configs.filter((config) => config.spec.kernelType !== '');
  const kernel = kernels.findLast((config) => config.spec.kernelType === spec.kernelType);
  const lists = (['extensions', 'kernelArguments'] as const).map(
    (field): Decision => ({
      field,
      value: spec[field] ?? [],
      by: configs.filter((config) => (config.spec[field] ?? []).length > 0).map(nameOf),
      lost: [],
    }),
  );
  return [
    ...images,
    {
      field: 'kernelType',
      value: spec.kernelType,
      by: kernel === undefined ? [] : [nameOf(kernel)],
      lost: kernels
        .filter((config) => config.spec.kernelType !== spec.kernelType)
        .map((config) => ({
          name: nameOf(config),
          value: config.spec.kernelType,
          why: config.spec.kernelType === 'default' ? 'default' : 'earlier',
        })),
    },
    ...lists,
    {
      field: 'fips',
      value: spec.fips,
      by: configs.filter((config) => config.spec.fips).map(nameOf),
      lost: [],
    },
  ];
}
