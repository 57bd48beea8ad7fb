import type { Diagnostic } from '../diagnostics.ts';
import { chooseEngine } from '../engines/index.ts';
import { isIndex, type PoolBuild } from '../plan/plan.ts';
import { type Builds, readBuilds, readIndex, readPlans, readPoolBuilds } from './dist.ts';
import type { PoolResult } from './events.ts';
import { type Group, groupByBuild, selectPools } from './groups.ts';
import { preflight } from './preflight.ts';
import { openRegistries } from './registries.ts';
import type { Run, RunnerOptions } from './run.ts';
import { runGroups } from './run-groups.ts';

export interface RunnerResult {
  readonly pools: readonly PoolResult[];
  /** What each pool's build, or index, was made from. */
  readonly plans: Builds;
  /** Why builds failed; what several have in common is said once. */
  readonly failures: readonly Diagnostic[];
}

/** Builds what `dist/` says, and says what every image is. Pins nothing. */
export async function runBuilds(options: RunnerOptions): Promise<RunnerResult> {
  const { root, authFile, signal, onEvent } = options;
  const known = readPoolBuilds(root);
  const selected = selectPools(known, options.pools);
  const registries = openRegistries({ ...(authFile && { authfile: authFile }), signal });
  const run: Run = {
    ...{ ...options, registries, space: new Set(), engine$: onDemand(options) },
    indexedAt: indexedAt(root, known),
  };
  const results: PoolResult[] = [];
  try {
    for (const { pool, follows: leader } of selected) {
      if (leader === undefined) continue;
      onEvent({ type: 'skipped', pool, why: 'follows', leader });
      results.push({ pool, result: 'skipped', by: 'follows', leader });
    }
    const ofClusters = selected.filter(({ by }) => by === 'cluster');
    const isTried = (pool: PoolBuild) => run.preflight !== undefined && pool.preflight !== undefined;
    for (const pool of ofClusters.filter((pool) => !isTried(pool)))
      results.push(await preflight(run, pool, []));
    const held = options.pin ? heldResults(options, selected) : [];
    results.push(...held);
    const plans = readBuilds(
      root,
      groupByBuild(selected).map(({ hash }) => hash),
    );
    const pinned = options.push ? pinnedResults(options, groupByBuild(selected)) : [];
    results.push(...pinned);
    const settled = new Set([...held, ...pinned].map(({ pool }) => pool));
    const groups = groupByBuild(selected.filter(({ pool }) => !settled.has(pool)));
    const all = groups.flatMap(({ hash }) => readPlans(root, hash));
    const builds = new Map(all.map((plan) => [plan.hash, plan]));
    const indexes = new Map([...plans.values()].filter(isIndex).map((plan) => [plan.hash, plan]));
    const made = await runGroups(run, groups, { builds, indexes }, ofClusters.filter(isTried));
    const pools = [...results, ...made.pools].sort((a, b) => (a.pool < b.pool ? -1 : 1));
    return { pools, plans, failures: made.failures };
  } finally {
    registries.close();
  }
}

/** The pools whose pins would move, and are held. */
function heldResults({ lock, onEvent }: RunnerOptions, pools: readonly PoolBuild[]): PoolResult[] {
  return pools.flatMap(({ pool, build, image, follows }): PoolResult[] => {
    const pin = lock.pools[pool];
    const isMoving = follows === undefined && build !== undefined;
    if (pin?.hold === undefined || !isMoving || (pin.build === build && pin.image === image)) return [];
    const { hold } = pin;
    onEvent({ type: 'skipped', pool, why: 'held', hold });
    return [{ pool, result: 'held', hold }];
  });
}

/** The pools that the lock answers for: pinned to what they are to have, where they are to have it. */
function pinnedResults({ lock, onEvent }: RunnerOptions, groups: readonly Group[]): PoolResult[] {
  return groups.flatMap(({ hash, pools }) => {
    const results = pools.flatMap(({ pool, image }): PoolResult[] => {
      const pin = lock.pools[pool];
      if (pin?.build !== hash || pin.image !== image) return [];
      return [{ pool, build: hash, image, result: 'unchanged', digest: pin.digest, pushed: true }];
    });
    for (const digest of new Set(results.flatMap((result) => result.digest ?? []))) {
      const names = results.filter((result) => result.digest === digest).map(({ pool }) => pool);
      onEvent({ type: 'up-to-date', hash, pools: names, digest });
    }
    return results;
  });
}

function indexedAt(root: string, pools: readonly PoolBuild[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { build, image } of pools) {
    const index = build === undefined || image === undefined ? undefined : readIndex(root, build);
    for (const { hash } of index?.builds ?? []) found.set(hash, [...(found.get(hash) ?? []), image!]);
  }
  return found;
}

function onDemand(options: RunnerOptions): Run['engine$'] {
  let chosen: ReturnType<Run['engine$']> | undefined;
  return () => {
    chosen ??= chooseEngine(options.engine);
    return chosen;
  };
}
