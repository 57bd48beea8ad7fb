import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import type { MachineConfig, MachineConfigPool } from './objects.ts';
import { Refusal } from './refusal.ts';

export const ROLE = 'machineconfiguration.openshift.io/role';

/** The MachineConfigs that a pool selects. */
export function selectConfigs(pool: MachineConfigPool, configs: readonly MachineConfig[]): MachineConfig[] {
  const { matchLabels, matchExpressions } = pool.spec.machineConfigSelector ?? {};
  const wanted = Object.entries(matchLabels ?? {});
  const expressions = matchExpressions ?? [];
  // Nothing selects nothing here: the operator makes no rendered MachineConfig of all of them.
  if (wanted.length + expressions.length === 0) return [];
  return configs.filter(({ metadata: { name, labels } }) => {
    // The operator's own results have the labels of no role; a saved cluster has them all the same.
    if (name.startsWith('rendered-')) return false;
    const has = labels ?? {};
    return (
      wanted.every(([key, value]) => has[key] === value) &&
      expressions.every(({ key, operator, values }) => matches(has[key], operator, values ?? []))
    );
  });
}

function matches(value: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return operator === 'Exists' ? value !== undefined : value === undefined;
}

/** What a custom pool has of its own comes after all that it has of worker, whatever the names. */
export function inOrder(configs: readonly MachineConfig[], release: ReleaseVersion): MachineConfig[] {
  const groups: [worker: MachineConfig[], own: MachineConfig[]] = [[], []];
  for (const config of configs) {
    const { name, labels } = config.metadata;
    if (labels === undefined || labels === null) {
      const cannot = isAtLeast(release, '4.23') ? 'cannot' : 'Cannot';
      throw new Refusal(`${cannot} find label in MachineConfig ${name}`);
    }
    groups[labels[ROLE] === 'worker' ? 0 : 1].push(config);
  }
  return groups.flatMap((group) => group.sort((a, b) => compareBytes(a.metadata.name, b.metadata.name)));
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
