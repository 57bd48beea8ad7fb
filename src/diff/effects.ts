import type * as z from 'zod';
import { failure } from '../diagnostics.ts';
import { effectOfChange, type PoolObjects } from '../operator/effects.ts';
import { machineConfig, machineOSConfigSpec } from '../operator/objects.ts';
import { parsePoolId } from '../values/pool-id.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import type { Effect, Inherited, ObjectDiff } from './model.ts';
import type { Manifest, PoolState } from './state.ts';

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

/** What happens on a pool's nodes: what the operator does, and what is worth a look though it may do nothing. */
export function effectOf(changed: Changed): Effect {
  const { objects, inherits, before, after, reverts } = changed;
  const isBuilt = (after ?? before)?.build.by === 'cluster';
  const causes = [
    ...causesOfOwn(before, after),
    ...objects.flatMap(causesOfPool),
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
    because: [...new Set(causes.map(({ because }) => because))],
    ...(waitsFor && { waitsFor }),
    reverts,
  };
}

/** The objects that the operator looks at for a pool. */
export function operatorObjects(...states: readonly (PoolState | undefined)[]): PoolObjects {
  const objects = states.flatMap((state) => state?.objects ?? []);
  const own = states.at(-1)?.objects.find(({ kind }) => kind === 'MachineOSConfig');
  return {
    configs: objects
      .filter(({ kind }) => kind === 'MachineConfig')
      .map((object) => machineConfig.parse(object)),
    ...(own && { osConfig: read(machineOSConfigSpec, own.spec, own) }),
  };
}

function read<T>(schema: z.ZodType<T>, data: unknown, { kind, metadata }: Manifest): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw failure('input', 'dist-broken', `the ${kind} ${metadata.name} in dist/ is not what synth wrote`, {
    hint: 'Write dist/ again: `layers synth`.',
  });
}

function causesOfOwn(before: PoolState | undefined, after: PoolState | undefined): Cause[] {
  const release = (after ?? before)!.made.release as ReleaseVersion;
  const { consequences, refused } = effectOfChange(operatorObjects(before), operatorObjects(after), release);
  if (refused !== undefined) return [{ nodes: 'none', because: `the operator refuses it: ${refused}` }];
  return consequences
    .filter(({ build, reboot }) => build || reboot)
    .map(({ what, build }) => ({
      nodes: build ? 'build-and-reboot' : 'reboot',
      because: what.replace(/^spec\./, ''),
    }));
}

/** Nodes that come to a pool or leave it take another image, where it has one; so do those of a pool that no longer waits. */
function causesOfPool({ kind, name, change, fields }: ObjectDiff): Cause[] {
  if (kind !== 'MachineConfigPool') return [];
  if (change !== 'changed') return [{ nodes: 'may-reboot', because: `${kind} ${name} ${change}` }];
  return fields
    .map(({ path, from }) => ({ key: /^spec\.([^.[]+)/.exec(path)?.[1], from }))
    .filter(({ key, from }) => key === 'nodeSelector' || (key === 'paused' && from === 'true'))
    .map(({ key }) => ({ nodes: 'may-reboot', because: key! }));
}

function waiting({ before, after, objects }: Changed, rank: number): Effect['waitsFor'] {
  if (after === undefined) return undefined;
  const pool = after.objects.find(({ kind }) => kind === 'MachineConfigPool');
  if (rank > 0) return pool?.spec?.paused === true ? 'paused' : undefined;
  const isNew = after.made.hash !== before?.made.hash || objects.length > 0;
  return isNew && after.pin !== undefined && after.pin !== 'fresh' ? 'pin' : undefined;
}
