import { type Diagnostic, LayersError } from '../diagnostics.ts';
import type { BuildPlan, PoolBuild } from '../plan/plan.ts';
import { formatPoolId, parsePoolId } from '../values/pool-id.ts';
import type { PoolResult } from './events.ts';
import { type Group, namesOf, resultsOf } from './groups.ts';
import { type Finding, look } from './look.ts';
import { makeImage } from './make-image.ts';
import { preflight } from './preflight.ts';
import { publish } from './publish.ts';
import type { Run } from './run.ts';
import { sideBySide, type Work } from './side-by-side.ts';
import { stepsOf, stepWatch } from './step-watch.ts';
import { stepNames } from './steps.ts';

/** What came of each build, and why it failed. */
interface Outcomes {
  readonly results: Map<Group | PoolBuild, readonly PoolResult[]>;
  readonly failures: Map<string, Diagnostic>;
  /** What is no failure of a build: a stop by hand, or a bug. */
  end?: { readonly error: unknown };
}

type Results = readonly PoolResult[] | undefined;

/** How many builds are looked for at a time. */
const LOOKS = 16;

/**
 * Looks at all builds first, and then makes what there is to make: a run that cannot end well builds nothing. Tries as
 * well what clusters build of `tried`, after the image of the cluster's workers: from 4.22 on it may be what they build
 * from.
 */
export async function runGroups(
  run: Run,
  groups: readonly Group[],
  planOf: (group: Group) => BuildPlan,
  tried: readonly PoolBuild[],
): Promise<{ readonly pools: readonly PoolResult[]; readonly failures: readonly Diagnostic[] }> {
  const outcomes: Outcomes = { results: new Map(), failures: new Map() };
  const findings = new Map<Group, Exclude<Finding, { kind: 'done' }>>();
  const looks = groups.map((group): Work => {
    const find = async () => {
      const finding = await look(run, group, planOf(group));
      if (finding.kind === 'done') return finding.results;
      findings.set(group, finding);
      if (finding.kind === 'build') run.onEvent({ type: 'queued', hash: group.hash, pools: namesOf(group) });
      return undefined;
    };
    return { steps: [], run: () => attemptGroup(run, outcomes, group, find) };
  });
  await sideBySide(looks, { jobs: LOOKS, mayStart: () => outcomes.end === undefined });
  const watch = stepWatch();
  const works = groups.flatMap((group): Work[] => {
    const finding = findings.get(group);
    if (finding === undefined) return [];
    const plan = planOf(group);
    const steps = finding.kind === 'build' ? stepsOf(run.root, group) : [];
    const watched = { hash: group.hash, names: namesOf(group).join(', '), steps };
    const work = (passed: (count: number) => void) =>
      finding.kind === 'build'
        ? watch.during(run, watched, passed, (own) => build(own, group, plan, finding))
        : take(run, group, plan, finding);
    return [{ steps, run: (passed) => attemptGroup(run, outcomes, group, () => work(passed)) }];
  });
  const made = () => groups.flatMap((group) => outcomes.results.get(group) ?? []);
  const trials = tried.map((pool): Work => {
    const worker = formatPoolId({ ...parsePoolId(pool.pool), pool: 'worker' });
    const ofWorker = groups.find((group) => namesOf(group).includes(worker));
    return {
      // The base is pulled once.
      steps: stepNames(`FROM ${pool.preflight?.base}\n`),
      isReady: () => ofWorker === undefined || outcomes.results.has(ofWorker),
      run: (passed) => attemptTrial(run, outcomes, pool, made(), passed),
    };
  });
  const mayStart = () => outcomes.end === undefined && (run.keepGoing || outcomes.failures.size === 0);
  await sideBySide([...works, ...trials], { jobs: run.jobs, mayStart });
  if (outcomes.end !== undefined) throw outcomes.end.error;
  const ofGroups = groups.flatMap(
    (group) => outcomes.results.get(group) ?? resultsOf(group, { result: 'not tried' }),
  );
  const ofClusters = tried.flatMap((pool) => outcomes.results.get(pool) ?? [trialResult(pool, 'not tried')]);
  return { pools: [...ofGroups, ...ofClusters], failures: [...outcomes.failures.values()] };
}

function attemptGroup(run: Run, outcomes: Outcomes, group: Group, work: () => Promise<Results>) {
  return attempt(run, outcomes, group, work, (message) => {
    run.onEvent({ type: 'build-failed', hash: group.hash, pools: namesOf(group), message });
    return resultsOf(group, { result: 'failed' });
  });
}

function attemptTrial(
  run: Run,
  outcomes: Outcomes,
  pool: PoolBuild,
  made: readonly PoolResult[],
  passed: (count: number) => void,
) {
  // Until it is known what the cluster puts around them: that of the pool's own layers.
  let hash = pool.preflight?.hash ?? '';
  const onEvent: Run['onEvent'] = (event) => {
    if (event.type === 'started') hash = event.hash;
    if (event.type === 'step') passed(event.index - 1);
    run.onEvent(event);
  };
  const work = async () => [await preflight({ ...run, onEvent }, pool, made)];
  return attempt(run, outcomes, pool, work, (message) => {
    run.onEvent({ type: 'build-failed', hash, pools: [pool.pool], message });
    return [{ ...trialResult(pool, 'failed'), build: hash }];
  });
}

function trialResult({ pool }: PoolBuild, result: 'failed' | 'not tried'): PoolResult {
  return { pool, result, by: 'cluster' };
}

async function attempt(
  { signal }: Run,
  outcomes: Outcomes,
  of: Group | PoolBuild,
  work: () => Promise<Results>,
  onFailed: (message: string) => readonly PoolResult[],
): Promise<void> {
  try {
    const results = await work();
    if (results !== undefined) outcomes.results.set(of, results);
  } catch (error) {
    if (signal.aborted || !(error instanceof LayersError)) {
      outcomes.end ??= { error: signal.aborted ? signal.reason : error };
      return;
    }
    // What several have in common, such as an engine that is not here, is told once.
    for (const diagnostic of error.diagnostics) outcomes.failures.set(JSON.stringify(diagnostic), diagnostic);
    outcomes.results.set(of, onFailed(error.diagnostics[0]?.message ?? ''));
  }
}

async function build(
  run: Run,
  group: Group,
  plan: BuildPlan,
  { images }: Extract<Finding, { kind: 'build' }>,
): Promise<readonly PoolResult[]> {
  const made = await makeImage(run, group, plan, images);
  return resultsOf(group, { result: 'built', pushed: run.push, ...made });
}

/** Takes an image that was made before, wherever it is, to where it is to be. */
async function take(
  run: Run,
  group: Group,
  plan: BuildPlan,
  { found, images }: Extract<Finding, { kind: 'publish' }>,
): Promise<readonly PoolResult[]> {
  const { hash } = group;
  const { how, digest, image } = found;
  if (how === 'copied') run.onEvent({ type: 'known', hash, pools: namesOf(group), digest });
  const size = await publish(run, hash, found, images, plan);
  if (how === 'adopted' && image !== undefined) run.onEvent({ type: 'adopted', hash, image, digest });
  return resultsOf(group, { result: how, digest, pushed: true, size });
}
