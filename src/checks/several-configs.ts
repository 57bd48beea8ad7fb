import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { type Manifest, ofKind, POOL, place, textAt } from './manifests/manifests.ts';

export const severalConfigs = defineCheck({
  code: 'several-configs',
  severity: 'error',
  summary: 'A pool has several MachineOSConfigs.',
  why: 'Only one can be in the cluster: of two with one name the later one applied wins, and with another name it is refused. Where an older cluster has two, its builds follow neither.',
  manifests: {
    bad: `${configYaml({ name: 'infra' })}---\n${configYaml({ name: 'infra', pushSpec: 'registry.example.com/os/infra:next' })}`,
    good: `${configYaml({ name: 'infra' })}---\n${configYaml({ name: 'edge', pushSpec: 'registry.example.com/os/edge:latest' })}`,
    find(manifests, report) {
      const first = new Map<string, Manifest>();
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const pool = textAt(config, ...POOL);
        if (pool === undefined) continue;
        const other = first.get(pool);
        if (other === undefined) {
          first.set(pool, config);
          continue;
        }
        report({
          message: `the pool ${pool} has another MachineOSConfig`,
          hint: 'Keep one of them: files for several clusters are checked one cluster at a time.',
          origin: place(config, ...POOL),
          related: [{ message: 'the first one', origin: place(other, ...POOL) }],
        });
      }
    },
  },
});
