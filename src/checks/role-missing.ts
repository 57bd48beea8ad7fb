import { defineCheck } from './check.ts';
import { machineConfigYaml } from './examples.ts';
import { isGenerated, ofKind, place, ROLE, textAt } from './manifests/manifests.ts';

export const roleMissing = defineCheck({
  code: 'role-missing',
  severity: 'error',
  summary: 'A MachineConfig does not say which pool it is for.',
  why: 'Pools select MachineConfigs by this label. Without any labels the operator stops at it, and with others no pool takes it.',
  manifests: {
    bad: machineConfigYaml('kernelArguments: [hugepages=16]', '99-infra-hugepages', null),
    good: machineConfigYaml('kernelArguments: [hugepages=16]', '99-infra-hugepages'),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineConfig')) {
        // Those that the operator puts together from the others have none.
        if (textAt(config, ...ROLE) || isGenerated(config)) continue;
        report({
          message: `the label ${ROLE[2]} is missing`,
          hint: `Write labels: { ${ROLE[2]}: <pool> }.`,
          origin: place(config, ...ROLE),
        });
      }
    },
  },
});
