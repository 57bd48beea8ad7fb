import { defineCheck } from './check.ts';
import { poolYaml } from './examples.ts';
import { at, GROUP, type Manifest, ofKind, place, textAt, textsAt } from './manifests/manifests.ts';

const SELECTOR = ['spec', 'machineConfigSelector'] as const;

export const poolSelects = defineCheck({
  code: 'pool-selects',
  severity: 'warning',
  summary: "A custom pool does not select its own MachineConfigs, or not worker's.",
  why: "Nodes of a custom pool are workers: without worker's MachineConfigs they have no kubelet configuration, and without the pool's own role its image never reaches them.",
  manifests: {
    bad: poolYaml('', '[worker]'),
    good: poolYaml('', '[worker, infra]'),
    find(manifests, report) {
      for (const pool of ofKind(manifests, 'MachineConfigPool')) {
        if (['master', 'worker', 'arbiter'].includes(pool.name)) continue;
        const roles = rolesOf(pool);
        const missing = ['worker', pool.name].filter((role) => !roles.includes(role));
        if (missing.length === 0) continue;
        report({
          message: `${pool.name} does not select the MachineConfigs of ${missing.join(' and ')}`,
          hint: `Select ${GROUP}/role In [worker, ${pool.name}].`,
          origin: place(pool, ...SELECTOR),
        });
      }
    },
  },
});

function rolesOf(pool: Manifest): string[] {
  const role = textAt(pool, ...SELECTOR, 'matchLabels', `${GROUP}/role`);
  const expressions = at(pool, ...SELECTOR, 'matchExpressions');
  const listed = (Array.isArray(expressions) ? expressions : []).flatMap((_, index) => {
    const path = [...SELECTOR, 'matchExpressions', index] as const;
    return textAt(pool, ...path, 'key') === `${GROUP}/role` && textAt(pool, ...path, 'operator') === 'In'
      ? textsAt(pool, ...path, 'values')
      : [];
  });
  return role === undefined ? listed : [role, ...listed];
}
