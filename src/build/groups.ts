import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import type { PoolBuild } from '../plan/plan.ts';
import type { Architecture } from '../values/architecture.ts';
import type { PoolResult } from './events.ts';

/** Pools with an equal build: it is made once. */
export interface Group {
  readonly hash: string;
  readonly pools: readonly (PoolBuild & { readonly image: string })[];
  /** Of a build that is part of an index. */
  readonly architecture?: Architecture;
  /** Whether Jobs build it, rather than this machine. */
  readonly byJob: boolean;
}

/** The pools asked for, by identity or all of a cluster by its name; or all there are. Throws for each name that is none. */
export function selectPools(pools: readonly PoolBuild[], names: readonly string[]): PoolBuild[] {
  const known = pools.map(({ pool }) => pool);
  const isMeant = (name: string, pool: string) => pool === name || pool.startsWith(`${name}/`);
  const unknown = names.filter((name) => !known.some((pool) => isMeant(name, pool)));
  if (unknown.length > 0) {
    throw new LayersError(
      unknown.flatMap((name): readonly Diagnostic[] => {
        const hint = known.length === 0 ? 'dist/ has no pools.' : `Known are: ${known.join(', ')}.`;
        return failure('input', 'unknown-pool', `there is no pool ${name} in dist/`, { hint }).diagnostics;
      }),
    );
  }
  return names.length === 0
    ? [...pools]
    : pools.filter(({ pool }) => names.some((name) => isMeant(name, pool)));
}

/** What there is to build: nothing for pools that follow others. */
export function groupByBuild(pools: readonly PoolBuild[]): Group[] {
  const groups = new Map<string, (PoolBuild & { image: string })[]>();
  for (const pool of pools) {
    if (pool.build === undefined || pool.image === undefined || pool.follows !== undefined) continue;
    groups.set(pool.build, [...(groups.get(pool.build) ?? []), { ...pool, image: pool.image }]);
  }
  return [...groups].map(([hash, members]) => ({
    hash,
    pools: members,
    byJob: members.every(({ by }) => by === 'job'),
  }));
}

export function namesOf({ pools }: Pick<Group, 'pools'>): string[] {
  return pools.map(({ pool }) => pool);
}

/** A build as people read of it. */
export function titleOf(group: Group): string {
  const names = namesOf(group).join(', ');
  return group.architecture === undefined ? names : `${names} for ${group.architecture}`;
}

/** Whose build an event is of. */
export function whose(group: Group): Pick<Group, 'hash' | 'architecture'> & { readonly pools: string[] } {
  const { hash, architecture } = group;
  return { hash, pools: namesOf(group), ...(architecture && { architecture }) };
}

/** What came of a build, for each of its pools. */
export function resultsOf(
  { hash, pools }: Group,
  result: Omit<PoolResult, 'pool' | 'build' | 'image'>,
): PoolResult[] {
  return pools.map(({ pool, image }) => ({ pool, build: hash, image, ...result }));
}
