import { describe, expect, it } from 'vitest';
import { mergeConfigs } from '../../src/operator/merge.ts';
import { Refusal } from '../../src/operator/refusal.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { config, filesIn, hasGolden, readYaml } from './golden.ts';

interface Input {
  readonly pool: string;
  readonly controllerConfigBaseOSContainerImage: string;
  readonly controllerConfigBaseOSExtensionsContainerImage: string;
  readonly machineConfigs: readonly object[];
}

interface Answer {
  readonly error?: string;
  readonly mergeOrder?: readonly string[];
  readonly osImageURLOverridden: boolean;
  readonly renderedName?: string;
  readonly spec?: object;
  readonly tagInsteadOfDigestWarning: boolean;
}

function merged(input: Input, release: string): Answer {
  try {
    const found = mergeConfigs({
      release: `${release}.0` as ReleaseVersion,
      pool: input.pool,
      configs: input.machineConfigs.map(config),
      defaults: {
        osImageURL: input.controllerConfigBaseOSContainerImage,
        baseOSExtensionsContainerImage: input.controllerConfigBaseOSExtensionsContainerImage,
      },
    });
    return {
      mergeOrder: found.order,
      osImageURLOverridden: found.isOverridden,
      renderedName: found.name!,
      spec: found.spec,
      tagInsteadOfDigestWarning: found.isTag,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { error: error.message, osImageURLOverridden: false, tagInsteadOfDigestWarning: false };
  }
}

if (hasGolden('merges are')) {
  describe("the operator's own merges", () => {
    const cases = filesIn('machineconfig-merge').flatMap((file) => {
      const [, name, release] = /^(.+)\.(\d+\.\d+)\.golden\.yaml$/.exec(file) ?? [];
      return name === undefined || release === undefined ? [] : [{ name, release, file }];
    });
    it.each(cases)('$name, $release', ({ name, release, file }) => {
      const input = readYaml('machineconfig-merge', `${name}.input.yaml`) as Input;
      expect(merged(input, release)).toEqual(readYaml('machineconfig-merge', file));
    });
  });
}
