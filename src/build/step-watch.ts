import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { buildFolder } from './dist.ts';
import { pushTurns } from './push-turns.ts';
import type { Run } from './run.ts';
import { stepNames } from './steps.ts';

/** The steps of a build, for whoever runs it beside others; see `sideBySide`. */
export function stepsOf(root: string, { hash, architecture }: BuildPlan): string[] {
  const names = stepNames(readFileSync(join(root, buildFolder(hash), 'Containerfile'), 'utf8'));
  // A base for several architectures is another one for each.
  return architecture === 'amd64' ? names : names.map((name) => `${architecture} ${name}`);
}

/** Follows builds step by step: who has a step that failed before, for the same reason as another one, is not tried. */
export function stepWatch() {
  const broken = new Map<string, string>();
  const turn = pushTurns();
  return {
    /** Runs a build, with its events told to the scheduler as steps that are passed. */
    async during<T>(
      run: Run,
      {
        hash,
        names,
        steps,
      }: { readonly hash: string; readonly names: string; readonly steps: readonly string[] },
      passed: (count: number) => void,
      work: (run: Run) => Promise<T>,
    ): Promise<T> {
      for (const step of steps) {
        const by = broken.get(step);
        if (by !== undefined) throw notTried(names, by);
      }
      let at: number | undefined;
      let endTurn: ((isPushed: boolean) => void) | undefined;
      // The base is where it came from: its layers are nobody's to push.
      const beforePush = async (registry: string) => {
        passed(steps.length);
        const onWait = () => run.onEvent({ type: 'push-waits', hash });
        endTurn = await turn(registry, steps.slice(1), onWait);
      };
      const onEvent: Run['onEvent'] = (event) => {
        if (event.type === 'step') {
          at = event.index;
          passed(event.index - 1);
        } else if (event.type === 'examine' || event.type === 'push') {
          at = undefined;
          passed(steps.length);
        }
        run.onEvent(event);
      };
      try {
        const result = await work({ ...run, onEvent, beforePush });
        endTurn?.(true);
        return result;
      } catch (error) {
        endTurn?.(false);
        const step = at === undefined ? undefined : steps[at - 1];
        if (step !== undefined && !run.signal.aborted) broken.set(step, names);
        throw error;
      }
    },
  };
}

function notTried(pools: string, by: string) {
  return failure(
    'build',
    'shared-step-failed',
    `the build of ${pools} was not tried: it begins with what failed in ${by}`,
  );
}
