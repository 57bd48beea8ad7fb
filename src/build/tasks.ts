import { type BuildPlan, type IndexPlan, isIndex } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import type { PoolResult } from './events.ts';
import { type Group, titleOf, whose } from './groups.ts';
import { makeIndex } from './index-image.ts';
import type { Todo } from './look.ts';
import { makeImage } from './make-image.ts';
import { publish } from './publish.ts';
import type { Run } from './run.ts';
import { stepsOf, type stepWatch } from './step-watch.ts';

/** A build that is to be made, or taken from where it is. */
export interface Task {
  /** All pools that it is for, also by way of an index. */
  readonly group: Group;
  /** The pools that have it as their own; none where it is part of indexes only. */
  readonly own?: Group;
  readonly plan: BuildPlan | IndexPlan;
  readonly todo: Todo;
}

/** What came of it, whichever pool it is for. */
export interface Made extends Omit<PoolResult, 'pool' | 'build' | 'image' | 'result' | 'digest'> {
  readonly result: 'built' | 'copied' | 'adopted' | 'unchanged';
  readonly digest: Digest;
}

/** The steps of what is to be built; see `sideBySide`. */
export function taskSteps({ root }: Run, { plan, todo }: Task): string[] {
  return todo.kind === 'build' && !isIndex(plan) ? stepsOf(root, plan) : [];
}

/** Builds an image; or takes what was made before, wherever it is, to where it is to be. */
export async function doTask(
  run: Run,
  { group, plan, todo }: Task,
  watch: ReturnType<typeof stepWatch>,
  steps: readonly string[],
  passed: (count: number) => void,
): Promise<Made> {
  if (todo.kind === 'publish') return take(run, group, plan, todo);
  const made = await watch.during(run, { hash: group.hash, names: titleOf(group), steps }, passed, (own) =>
    makeImage(own, group, plan as BuildPlan, todo.images),
  );
  return { result: 'built', pushed: run.push, ...made };
}

async function take(
  run: Run,
  group: Group,
  plan: BuildPlan | IndexPlan,
  { found, images }: Extract<Todo, { kind: 'publish' }>,
): Promise<Made> {
  const { hash } = group;
  const { how, digest, image } = found;
  if (how === 'copied') run.onEvent({ type: 'known', ...whose(group), digest });
  const size = await publish(run, hash, found, images, plan);
  if (how === 'adopted' && image !== undefined) run.onEvent({ type: 'adopted', hash, image, digest });
  return { result: how, digest, pushed: true, size };
}

/** Makes an index of what came of its builds. One with an image that somebody else pushed is adopted as well. */
export async function putTogether(
  run: Run,
  group: Group,
  plan: IndexPlan,
  parts: readonly { readonly plan: BuildPlan; readonly made: Made }[],
): Promise<Made> {
  const all = parts.map(({ made }) => made);
  const index = await makeIndex(
    run,
    group,
    plan,
    parts.map(({ plan, made }) => ({ plan, digest: made.digest })),
  );
  const has = (result: Made['result']) => all.some((made) => made.result === result);
  const seconds = all.flatMap((made) => made.seconds ?? []);
  const steps = all.flatMap((made) => made.steps ?? []);
  return {
    result: has('adopted') ? 'adopted' : has('built') || !run.push ? 'built' : 'copied',
    pushed: run.push,
    ...index,
    ...(seconds.length > 0 && { seconds: Math.round(sum(seconds) * 10) / 10 }),
    ...(steps.length > 0 && {
      steps: { total: sum(steps.map(({ total }) => total)), cached: sum(steps.map(({ cached }) => cached)) },
    }),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
