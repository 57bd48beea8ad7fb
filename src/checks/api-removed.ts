import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { GROUP, ofKind, place } from './manifests/manifests.ts';

export const apiRemoved = defineCheck({
  code: 'api-removed',
  severity: 'error',
  summary: 'A version of the API that no release has any more.',
  why: 'v1alpha1 was the technology preview of 4.16 and 4.17. From 4.18 on there is v1 only, with other keys; the old objects have to be deleted before the upgrade.',
  manifests: {
    bad: configYaml({ apiVersion: 'v1alpha1' }),
    good: configYaml(),
    find(manifests, report) {
      for (const object of ofKind(
        manifests,
        'MachineOSConfig',
        'MachineOSBuild',
        'MachineConfig',
        'MachineConfigPool',
      )) {
        if (object.apiVersion === `${GROUP}/v1`) continue;
        report({
          message: `${object.apiVersion} is not an API of OpenShift ${manifests.release}`,
          hint: `Write ${GROUP}/v1, whose keys are others.`,
          origin: place(object, 'apiVersion'),
        });
      }
    },
  },
});
