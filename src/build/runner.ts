import { chooseEngine } from '../engines/index.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { readPlan, readPoolBuilds } from './dist.ts';
import type { PoolResult } from './events.ts';
import { findImage } from './find-image.ts';
import { type Group, groupByBuild, selectPools } from './groups.ts';
import { layoutFolder, readLayout } from './layout.ts';
import { makeImage } from './make-image.ts';
import { preflight } from './preflight.ts';
import { publish } from './publish.ts';
import { openRegistries } from './registries.ts';
import type { Run, RunnerOptions } from './run.ts';

export interface RunnerResult {
  readonly pools: readonly PoolResult[];
  readonly plans: ReadonlyMap<string, BuildPlan>;
}

/** Builds what `dist/` says, and says what every image is. Pins nothing. */
export async function runBuilds(options: RunnerOptions): Promise<RunnerResult> {
  const { root, authFile, signal, onEvent } = options;
  const selected = selectPools(readPoolBuilds(root), options.pools);
  const registries = openRegistries({ ...(authFile && { authfile: authFile }), signal });
  const run: Run = { ...options, registries, engine$: onDemand(options) };
  const results: PoolResult[] = [];
  const plans = new Map<string, BuildPlan>();
  try {
    for (const { pool, follows: leader } of selected) {
      if (leader === undefined) continue;
      onEvent({ type: 'skipped', pool, why: 'follows', leader });
      results.push({ pool, result: 'skipped', by: 'follows', leader });
    }
    for (const group of groupByBuild(selected)) {
      const plan = readPlan(root, group.hash);
      plans.set(group.hash, plan);
      results.push(...(await runGroup(run, group, plan)));
    }
    // After the others: from 4.22 on an image that was just built may be what a cluster builds from.
    for (const pool of selected.filter(({ by }) => by === 'cluster')) {
      results.push(await preflight(run, pool, results));
    }
  } finally {
    registries.close();
  }
  return { pools: results.sort((a, b) => (a.pool < b.pool ? -1 : 1)), plans };
}

function onDemand(options: RunnerOptions): Run['engine$'] {
  let chosen: ReturnType<Run['engine$']> | undefined;
  return () => {
    chosen ??= chooseEngine(options.engine).then(async (engine) => ({
      engine,
      version: await engine.probe(),
    }));
    return chosen;
  };
}

async function runGroup(run: Run, group: Group, plan: BuildPlan): Promise<PoolResult[]> {
  const { onEvent, push } = run;
  const { hash, pools } = group;
  const names = pools.map(({ pool }) => pool);
  const resultOf = (result: PoolResult['result'], digest: string) =>
    pools.map(({ pool, image }): PoolResult => ({ pool, result, build: hash, image, digest, pushed: push }));

  const done = push ? pinnedDigest(run, group) : await storedDigest(run, group);
  if (done !== undefined) {
    onEvent({ type: 'up-to-date', hash, pools: names, digest: done });
    return resultOf('unchanged', done);
  }
  const images = [...new Set(pools.map(({ image }) => image))];
  const found = push ? await findImage(run, hash, images, plan) : undefined;
  if (found !== undefined) {
    if (found.how === 'copied') onEvent({ type: 'known', hash, pools: names, digest: found.digest });
    await publish(run, hash, found, images, plan);
    return resultOf(found.how, found.digest);
  }
  if (group.byJob) {
    for (const pool of names) onEvent({ type: 'skipped', pool, why: 'job' });
    return names.map((pool) => ({ pool, result: 'skipped', by: 'job' }));
  }
  return resultOf('built', await makeImage(run, group, plan, images));
}

/** The lock's digest, where every pool of the group is pinned to it. */
function pinnedDigest({ lock }: Run, { hash, pools }: Group): string | undefined {
  const known = lock.builds[hash];
  const isPinned = pools.every(({ pool, image }) => {
    const pin = lock.pools[pool];
    return pin?.build === hash && pin.image === image;
  });
  return known?.pushed && isPinned ? known.digest : undefined;
}

/** The digest of what --no-push left here, unless the lock has another image for the build. */
async function storedDigest({ lock, root }: Run, { hash }: Group): Promise<string | undefined> {
  const known = lock.builds[hash];
  const digest = await readLayout(layoutFolder(root, hash));
  return known === undefined || (!known.pushed && known.digest === digest) ? digest : undefined;
}
