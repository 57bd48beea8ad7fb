import { defineCheck } from './check.ts';
import { machineConfigYaml } from './examples.ts';
import { ofKind, place, textAt, textsAt } from './manifests/manifests.ts';

const TYPES = ['', 'default', 'realtime', '64k-pages'];

export const kernelType = defineCheck({
  code: 'kernel-type',
  severity: 'error',
  summary: 'A kernelType that does not exist, or does not go with the extension kernel-devel.',
  why: 'The operator refuses the MachineConfig, and the pool degrades: kernelType is default, realtime or 64k-pages (on arm64), and kernel-devel is for the default kernel only.',
  manifests: {
    bad: machineConfigYaml('kernelType: rt'),
    good: machineConfigYaml('kernelType: realtime'),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineConfig')) {
        const type = textAt(config, 'spec', 'kernelType') ?? '';
        const origin = place(config, 'spec', 'kernelType');
        if (!TYPES.includes(type)) {
          report({
            message: `${type} is not a kernelType`,
            hint: 'Write default, realtime or 64k-pages.',
            origin,
          });
        } else if (
          type !== '' &&
          type !== 'default' &&
          textsAt(config, 'spec', 'extensions').includes('kernel-devel')
        ) {
          report({
            message: `the operator refuses kernel-devel with kernelType: ${type}`,
            hint: 'Leave one of them out: kernel-devel is for the default kernel.',
            origin,
          });
        }
      }
    },
  },
});
