import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { ofKind, POOL, place, textAt } from './manifests/manifests.ts';

const LABEL = 63;
/** `rendered-<pool>-<32 digits>` is a label. */
const MOST_OF_POOL = LABEL - 'rendered--'.length - 32;

export const nameTooLong = defineCheck({
  code: 'name-too-long',
  severity: 'error',
  summary: 'The name of a pool or Secret is too long for the labels of its builds.',
  why: 'The operator writes `rendered-<pool>-<32 digits>` and the names of Secrets into labels, which hold 63 characters. The API server takes longer ones, and then no build starts.',
  manifests: {
    bad: configYaml({ name: 'gpu-workers-of-the-second-row' }),
    good: configYaml({ name: 'gpu-workers' }),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        for (const { path, most } of [
          { path: POOL, most: MOST_OF_POOL },
          { path: ['spec', 'baseImagePullSecret', 'name'], most: LABEL },
          { path: ['spec', 'renderedImagePushSecret', 'name'], most: LABEL },
        ]) {
          const name = textAt(config, ...path) ?? '';
          if (name.length <= most) continue;
          report({
            message: `this name has ${name.length} characters, and at most ${most} work`,
            hint: 'The operator repeats it in a label of its builds.',
            origin: place(config, ...path),
          });
        }
      }
    },
  },
});
