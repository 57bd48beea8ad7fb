import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { ofKind, POOL, place, textAt } from './manifests/manifests.ts';

export const nameNotPool = defineCheck({
  code: 'name-not-pool',
  severity: 'error',
  summary: 'A MachineOSConfig is not named as its pool is.',
  why: 'The API server refuses it: a pool has one MachineOSConfig, and the name is how that is held. Examples with `layered-image` for the pool `layered` are from before that rule.',
  manifests: {
    bad: configYaml({ name: 'layered-image', pool: 'layered' }),
    good: configYaml({ name: 'layered', pool: 'layered' }),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const pool = textAt(config, ...POOL);
        if (pool === undefined || config.name === pool) continue;
        report({
          message: `this is named ${config.name || 'nothing'}, and its pool is ${pool}`,
          hint: `Write name: ${pool}.`,
          origin: place(config, 'metadata', 'name'),
        });
      }
    },
  },
});
