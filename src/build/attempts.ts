import { type Diagnostic, LayersError } from '../diagnostics.ts';
import type { PoolBuild } from '../plan/plan.ts';
import type { PoolResult } from './events.ts';
import { type Group, resultsOf, whose } from './groups.ts';
import { preflight } from './preflight.ts';
import type { Run } from './run.ts';

/** What came of each build, and why it failed. */
export interface Outcomes {
  readonly results: Map<Group | PoolBuild, readonly PoolResult[]>;
  readonly failures: Map<string, Diagnostic>;
  /** The hashes of the builds that failed. */
  readonly failed: Set<string>;
  /** What is no failure of a build: a stop by hand, or a bug. */
  end?: { readonly error: unknown };
}

export type Results = readonly PoolResult[] | undefined;

/** Does something for a build. The results are those of `own`: a part of an index may be nobody's own. */
export function attemptGroup(
  run: Run,
  outcomes: Outcomes,
  { group, own = undefined }: { readonly group: Group; readonly own?: Group | undefined },
  work: () => Promise<Results>,
) {
  return attempt(run, outcomes, own, work, (message) => {
    outcomes.failed.add(group.hash);
    run.onEvent({ type: 'build-failed', ...whose(group), message });
    return own === undefined ? [] : resultsOf(own, { result: 'failed' });
  });
}

export function attemptTrial(
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

export function trialResult({ pool }: PoolBuild, result: 'failed' | 'not tried'): PoolResult {
  return { pool, result, by: 'cluster' };
}

async function attempt(
  { signal }: Run,
  outcomes: Outcomes,
  of: Group | PoolBuild | undefined,
  work: () => Promise<Results>,
  onFailed: (message: string) => readonly PoolResult[],
): Promise<void> {
  try {
    const results = await work();
    if (of !== undefined && results !== undefined) outcomes.results.set(of, results);
  } catch (error) {
    if (signal.aborted || !(error instanceof LayersError)) {
      outcomes.end ??= { error: signal.aborted ? signal.reason : error };
      return;
    }
    // What several have in common, such as an engine that is not here, is told once.
    for (const diagnostic of error.diagnostics) outcomes.failures.set(JSON.stringify(diagnostic), diagnostic);
    const results = onFailed(error.diagnostics[0]?.message ?? '');
    if (of !== undefined) outcomes.results.set(of, results);
  }
}
