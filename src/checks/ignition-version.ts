import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { machineConfigYaml } from './examples.ts';
import { at, ofKind, place, textAt } from './manifests/manifests.ts';

const IGNITION = ['spec', 'config', 'ignition', 'version'] as const;
const config = (version: string) => machineConfigYaml(`config:\n  ignition:\n    version: ${version}`);

export const ignitionVersion = defineCheck({
  code: 'ignition-version',
  severity: 'error',
  summary: 'The Ignition configuration is of a version that the release does not read.',
  why: 'The operator stops at it, the pool degrades, and no later change reaches its nodes. It reads 2.2 and 3.0 to 3.4, and 3.5 from 4.19 on; the newest Ignition is ahead of it.',
  manifests: {
    bad: config('3.6.0'),
    good: config('3.4.0'),
    find(manifests, report) {
      const known = versionsOf(manifests.release);
      for (const object of ofKind(manifests, 'MachineConfig')) {
        if (at(object, 'spec', 'config') === undefined) continue;
        const version = textAt(object, ...IGNITION);
        if (version !== undefined && known.includes(version)) continue;
        report({
          message:
            version === undefined
              ? 'this configuration does not say its version of Ignition'
              : `OpenShift ${manifests.release} does not read Ignition ${version}`,
          hint: `Write one of ${known.join(', ')}.`,
          origin: place(object, ...IGNITION),
        });
      }
    },
  },
});

function versionsOf(release: ReleaseVersion): string[] {
  const versions = ['2.2.0', '3.0.0', '3.1.0', '3.2.0', '3.3.0', '3.4.0'];
  return isAtLeast(release, '4.19') ? [...versions, '3.5.0'] : versions;
}
