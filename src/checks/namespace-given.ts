import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, ofKind, place } from './manifests/manifests.ts';

export const namespaceGiven = defineCheck({
  code: 'namespace-given',
  severity: 'warning',
  summary: 'An object that is of the whole cluster has a namespace.',
  why: 'MachineOSConfig, MachineOSBuild, MachineConfig and MachineConfigPool have none. Tools that believe the file look for the object where it cannot be, and report it missing.',
  manifests: {
    bad: configYaml({ metadata: 'namespace: openshift-machine-config-operator' }),
    good: configYaml(),
    find(manifests, report) {
      for (const object of ofKind(
        manifests,
        'MachineOSConfig',
        'MachineOSBuild',
        'MachineConfig',
        'MachineConfigPool',
      )) {
        if (at(object, 'metadata', 'namespace') === undefined) continue;
        report({
          message: `a ${object.kind} is in no namespace`,
          hint: 'Leave namespace out. Its Secrets are in openshift-machine-config-operator.',
          origin: place(object, 'metadata', 'namespace'),
        });
      }
    },
  },
});
