import type { Diagnostic } from '../diagnostics.ts';
import { type BuildPlan, type IndexPlan, isIndex, type PoolBuild } from '../plan/plan.ts';
import { formatPoolId, parsePoolId } from '../values/pool-id.ts';
import { attemptGroup, attemptTrial, type Outcomes, trialResult } from './attempts.ts';
import type { PoolResult } from './events.ts';
import { type Group, namesOf, resultsOf, whose } from './groups.ts';
import { look } from './look.ts';
import { addParts, assertPossible } from './parts.ts';
import type { Run } from './run.ts';
import { sideBySide, type Work } from './side-by-side.ts';
import { stepWatch } from './step-watch.ts';
import { stepNames } from './steps.ts';
import { doTask, type Made, putTogether, type Task, taskSteps } from './tasks.ts';

/** How many builds are looked for at a time. */
const LOOKS = 16;

/** All builds and indexes by their hashes. */
export interface Plans {
  readonly builds: ReadonlyMap<string, BuildPlan>;
  readonly indexes: ReadonlyMap<string, IndexPlan>;
}

/** What there is to do, and what came of it, by hash. */
interface Progress {
  readonly tasks: Map<string, Task>;
  /** Indexes that are to be made, of what the tasks make. */
  readonly indexes: { readonly group: Group; readonly plan: IndexPlan }[];
  readonly made: Map<string, Made>;
}

/**
 * Looks at all builds first, and then makes what there is to make: a run that cannot end well builds nothing. Tries as
 * well what clusters build of `tried`, after the image of the cluster's workers: from 4.22 on it may be what they build
 * from.
 */
export async function runGroups(
  run: Run,
  groups: readonly Group[],
  plans: Plans,
  tried: readonly PoolBuild[],
): Promise<{ readonly pools: readonly PoolResult[]; readonly failures: readonly Diagnostic[] }> {
  const outcomes: Outcomes = { results: new Map(), failures: new Map(), failed: new Set() };
  const progress: Progress = { tasks: new Map(), indexes: [], made: new Map() };
  const mayStart = () => outcomes.end === undefined && (run.keepGoing || outcomes.failures.size === 0);
  await findTasks(run, groups, plans, outcomes, progress);
  if (mayStart()) await assertPossible(run, progress.tasks.values());
  const tasks = inOrder(groups, plans, progress);
  for (const { group, todo } of tasks)
    if (todo.kind === 'build') run.onEvent({ type: 'queued', ...whose(group) });
  const works = [
    ...taskWorks(run, outcomes, progress, tasks),
    ...indexWorks(run, plans, outcomes, progress),
    ...trialWorks(run, groups, outcomes, tried),
  ];
  await sideBySide(works, { jobs: run.jobs, mayStart });
  if (outcomes.end !== undefined) throw outcomes.end.error;
  const ofGroups = groups.flatMap(
    (group) => outcomes.results.get(group) ?? resultsOf(group, { result: lackOf(group, plans, outcomes) }),
  );
  const ofClusters = tried.flatMap((pool) => outcomes.results.get(pool) ?? [trialResult(pool, 'not tried')]);
  return { pools: [...ofGroups, ...ofClusters], failures: [...outcomes.failures.values()] };
}

/** Looks for every build, and then for what the indexes are made of that are nowhere yet. */
async function findTasks(
  run: Run,
  groups: readonly Group[],
  { builds, indexes }: Plans,
  outcomes: Outcomes,
  progress: Progress,
): Promise<void> {
  const options = { jobs: LOOKS, mayStart: () => outcomes.end === undefined };
  const looks = groups.map((group): Work => {
    const find = async () => {
      const plan = indexes.get(group.hash) ?? builds.get(group.hash)!;
      const finding = await look(run, group, plan);
      if (finding.kind === 'done') return finding.results;
      if (finding.kind === 'build' && isIndex(plan)) progress.indexes.push({ group, plan });
      else progress.tasks.set(group.hash, { group, own: group, plan, todo: finding });
      return undefined;
    };
    return { steps: [], run: () => attemptGroup(run, outcomes, { group, own: group }, find) };
  });
  await sideBySide(looks, options);
  const parts = progress.indexes.map(({ group, plan }): Work => {
    const find = async () => {
      await addParts(run, group, plan, builds, progress);
      return undefined;
    };
    return { steps: [], run: () => attemptGroup(run, outcomes, { group, own: group }, find) };
  });
  await sideBySide(parts, options);
}

/** The tasks in the order of the pools, whoever of the registries answered first. */
function inOrder(groups: readonly Group[], { indexes }: Plans, { tasks }: Progress): Task[] {
  const hashes = groups.flatMap(({ hash }) => [
    hash,
    ...(indexes.get(hash)?.builds.map((build) => build.hash) ?? []),
  ]);
  return [...new Set(hashes)].flatMap((hash) => tasks.get(hash) ?? []);
}

function taskWorks(run: Run, outcomes: Outcomes, { made }: Progress, tasks: readonly Task[]): Work[] {
  const watch = stepWatch();
  return tasks.map((task): Work => {
    const { group, own } = task;
    const steps = taskSteps(run, task);
    const work = async (passed: (count: number) => void) => {
      const result = await doTask(run, task, watch, steps, passed);
      made.set(group.hash, result);
      return own && resultsOf(own, result);
    };
    return { steps, run: (passed) => attemptGroup(run, outcomes, task, () => work(passed)) };
  });
}

/** Each is a request or two, once what it is made of is all there: it fails with any of that. */
function indexWorks(run: Run, { builds }: Plans, outcomes: Outcomes, { indexes, made }: Progress): Work[] {
  const open = indexes.filter(({ group }) => !outcomes.results.has(group));
  return open.map(({ group, plan }): Work => {
    const isSettled = ({ hash }: { readonly hash: string }) => made.has(hash) || outcomes.failed.has(hash);
    const work = async () => {
      if (plan.builds.some(({ hash }) => outcomes.failed.has(hash)))
        return resultsOf(group, { result: 'failed' });
      const parts = plan.builds.map(({ hash }) => ({ plan: builds.get(hash)!, made: made.get(hash)! }));
      return resultsOf(group, await putTogether(run, group, plan, parts));
    };
    return {
      steps: [],
      isReady: () => plan.builds.every(isSettled),
      run: () => attemptGroup(run, outcomes, { group, own: group }, work),
    };
  });
}

function trialWorks(
  run: Run,
  groups: readonly Group[],
  outcomes: Outcomes,
  tried: readonly PoolBuild[],
): Work[] {
  const made = () => groups.flatMap((group) => outcomes.results.get(group) ?? []);
  return tried.map((pool): Work => {
    const worker = formatPoolId({ ...parsePoolId(pool.pool), pool: 'worker' });
    const ofWorker = groups.find((group) => namesOf(group).includes(worker));
    return {
      // The base is pulled once.
      steps: stepNames(`FROM ${pool.preflight?.base}\n`),
      isReady: () => ofWorker === undefined || outcomes.results.has(ofWorker),
      run: (passed) => attemptTrial(run, outcomes, pool, made(), passed),
    };
  });
}

/** What nothing was done for: an index of which a build failed before it could be made. */
function lackOf({ hash }: Group, { indexes }: Plans, { failed }: Outcomes): 'failed' | 'not tried' {
  return indexes.get(hash)?.builds.some((build) => failed.has(build.hash)) ? 'failed' : 'not tried';
}
