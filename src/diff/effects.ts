import { parsePoolId } from '../values/pool-id.ts';
import type { Effect, Inherited, ObjectDiff } from './model.ts';
import type { PoolState } from './state.ts';

type Nodes = Effect['nodes'];

/** From what leaves nodes alone to what takes them longest. */
const RANKS: readonly Nodes[] = ['none', 'may-reboot', 'reboot', 'build-and-reboot'];

interface Cause {
  readonly nodes: Nodes;
  readonly because: string;
}

export interface Changed {
  readonly before: PoolState | undefined;
  readonly after: PoolState | undefined;
  readonly objects: readonly ObjectDiff[];
  readonly inherits: readonly Inherited[];
  /** Whether an object that holds its nodes is gone, or its image. */
  readonly reverts: boolean;
}

/**
 * What happens on a pool's nodes. Node disruption policies do not hold on layered nodes: whatever changes in the spec of a
 * MachineConfig reboots them. Whatever changes in that of a MachineOSConfig starts a build, whose image reboots them.
 */
export function effectOf(changed: Changed): Effect {
  const { objects, inherits, before, after, reverts } = changed;
  const isBuilt = (after ?? before)?.build.by === 'cluster';
  const causes = [
    ...objects.flatMap((object) => causesOf(object, after, isBuilt)),
    ...inherits.flatMap(({ from, fields }) =>
      fields.map(
        (field): Cause => ({
          nodes: isBuilt ? 'build-and-reboot' : 'reboot',
          because: `${field} of ${parsePoolId(from).pool}`,
        }),
      ),
    ),
  ];
  const rank = Math.max(0, ...causes.map(({ nodes }) => RANKS.indexOf(nodes)));
  const waitsFor = waiting(changed, rank);
  return {
    nodes: RANKS[rank]!,
    because: [...new Set(causes.filter(({ nodes }) => nodes !== 'none').map(({ because }) => because))],
    ...(waitsFor && { waitsFor }),
    reverts,
  };
}

function causesOf(
  { kind, name, change, fields }: ObjectDiff,
  after: PoolState | undefined,
  isBuilt: boolean,
): Cause[] {
  const spec = fields
    .filter(({ path }) => path.startsWith('spec.'))
    .map((field) => ({
      ...field,
      key: /^spec\.([^.[]+)/.exec(field.path)?.[1] ?? field.path,
    }));
  const whole = `${kind} ${name} ${change}`;
  switch (kind) {
    case 'MachineConfig': {
      const nodes = isBuilt && after !== undefined ? 'build-and-reboot' : 'reboot';
      if (change !== 'changed') return [{ nodes, because: whole }];
      return spec.map(({ key }) => ({ nodes, because: key }));
    }
    case 'MachineOSConfig':
      if (change === 'removed') return [{ nodes: 'reboot', because: whole }];
      if (change === 'added') return [{ nodes: 'build-and-reboot', because: whole }];
      return spec.map(({ key }) => ({ nodes: 'build-and-reboot', because: key }));
    case 'MachineConfigPool':
      if (change !== 'changed') return [{ nodes: 'may-reboot', because: whole }];
      return spec
        .filter(({ key, from }) => key !== 'maxUnavailable' && !(key === 'paused' && from !== 'true'))
        .map(({ key }) => ({ nodes: 'may-reboot', because: key }));
    default:
      return [];
  }
}

function waiting({ before, after, objects }: Changed, rank: number): Effect['waitsFor'] {
  if (after === undefined) return undefined;
  const pool = after.objects.find(({ kind }) => kind === 'MachineConfigPool');
  if (rank > 0) return pool?.spec?.paused === true ? 'paused' : undefined;
  const isNew = after.made.hash !== before?.made.hash || objects.length > 0;
  return isNew && (after.pin === 'behind' || after.pin === 'missing') ? 'pin' : undefined;
}
