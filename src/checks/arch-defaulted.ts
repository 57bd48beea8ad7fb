import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, ofKind, place } from './manifests/manifests.ts';

export const archDefaulted = defineCheck({
  code: 'arch-defaulted',
  severity: 'info',
  summary: 'A Containerfile without its architecture, which the API server adds.',
  why: 'What is added within a list shows as a difference between git and the cluster for ever: Argo CD says OutOfSync, and with self-heal tries again and again.',
  manifests: {
    bad: configYaml({ arch: null }),
    good: configYaml({ arch: 'NoArch' }),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const entries = at(config, 'spec', 'containerFile');
        for (const index of Array.isArray(entries) ? entries.keys() : []) {
          if (at(config, 'spec', 'containerFile', index, 'containerfileArch') !== undefined) continue;
          report({
            message: 'the API server adds containerfileArch: NoArch here',
            hint: 'Write it, so that git and the cluster say the same.',
            origin: place(config, 'spec', 'containerFile', index),
          });
        }
      }
    },
  },
});
