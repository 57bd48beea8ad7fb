import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, ofKind, place, textAt } from './manifests/manifests.ts';

export const archIgnored = defineCheck({
  code: 'arch-ignored',
  severity: 'warning',
  summary: 'A Containerfile for one architecture, which is not built.',
  why: 'The API has entries for each architecture, and the operator builds that of NoArch only. The others are passed over without a word: the image is built, and lacks what they say.',
  manifests: {
    bad: configYaml({ arch: 'AMD64' }),
    good: configYaml({ arch: 'NoArch' }),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const entries = at(config, 'spec', 'containerFile');
        for (const index of Array.isArray(entries) ? entries.keys() : []) {
          const path = ['spec', 'containerFile', index, 'containerfileArch'] as const;
          const arch = textAt(config, ...path);
          // What is no architecture is refused, and said so.
          if (arch === undefined || !['AMD64', 'ARM64', 'PPC64LE', 'S390X'].includes(arch)) continue;
          report({
            message: `the entry of ${arch} is not built`,
            hint: 'Write containerfileArch: NoArch: clusters of several architectures are not supported.',
            origin: place(config, ...path),
          });
        }
      }
    },
  },
});
