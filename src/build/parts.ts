import { failure, LayersError } from '../diagnostics.ts';
import type { BuildPlan, IndexPlan } from '../plan/plan.ts';
import { findImage } from './find-image.ts';
import { type Group, namesOf, titleOf } from './groups.ts';
import { storedDigest, type Todo } from './look.ts';
import { assertBuildable, type Machine } from './platforms.ts';
import type { Run } from './run.ts';
import { readSecrets } from './secrets.ts';
import type { Made, Task } from './tasks.ts';

/**
 * Adds what an index is made of to what there is to do: its builds, each once, also where a pool has one as its own. An
 * index is put together in the first of its repositories, which is where its images have to be.
 */
export async function addParts(
  run: Run,
  index: Group,
  { builds }: IndexPlan,
  plans: ReadonlyMap<string, BuildPlan>,
  { tasks, made }: { readonly tasks: Map<string, Task>; readonly made: Map<string, Made> },
): Promise<void> {
  const { image } = index.pools[0]!;
  for (const { hash, architecture } of builds) {
    const plan = plans.get(hash)!;
    const group: Group = { hash, pools: index.pools, architecture, byJob: false };
    const todo = tasks.has(hash) ? undefined : await lookFor(run, group, image, plan, made);
    // Another index may have added it meanwhile.
    const known = tasks.get(hash);
    if (known !== undefined) tasks.set(hash, joined(known, group, image));
    else if (todo !== undefined) tasks.set(hash, { group, plan, todo });
  }
}

async function lookFor(
  run: Run,
  group: Group,
  image: string,
  plan: BuildPlan,
  made: Map<string, Made>,
): Promise<Todo | undefined> {
  const digest = run.push ? undefined : await storedDigest(run, group);
  if (digest !== undefined) {
    made.set(group.hash, { digest, result: 'unchanged' });
    return undefined;
  }
  const found = run.push ? await findImage(run, group, [image], plan) : undefined;
  if (found !== undefined) return { kind: 'publish', found, images: [image] };
  await readSecrets(plan.secrets ?? [], run.secrets, titleOf(group));
  return { kind: 'build', images: [image] };
}

function joined(task: Task, { pools, architecture }: Group, image: string): Task {
  const { group, todo } = task;
  const both = [...new Map([...group.pools, ...pools].map((pool) => [pool.pool, pool])).values()];
  return {
    ...task,
    group: { ...group, pools: both, ...(architecture && { architecture }) },
    todo: { ...todo, images: [...new Set([...todo.images, image])] },
  };
}

/** Refuses what this machine cannot build, and bases of another architecture, before anything is pulled or pushed. */
export async function assertPossible(
  { registries }: Pick<Run, 'registries'>,
  tasks: Iterable<Task>,
  machine?: Machine,
): Promise<void> {
  const builds = [...tasks].flatMap(({ group, plan, todo }) =>
    todo.kind === 'build' && 'architecture' in plan
      ? [{ group, plan, architecture: plan.architecture, pools: namesOf(group).join(', ') }]
      : [],
  );
  await assertBuildable(builds, machine);
  const foreign = builds.filter(({ group, architecture }) => group.architecture ?? architecture !== 'amd64');
  const checks = await Promise.all(
    foreign.flatMap(({ group, plan }) =>
      [plan.base, ...(plan.stages ?? []).map(({ from }) => from)].map((image) =>
        wrongBase(registries, image, plan, titleOf(group)),
      ),
    ),
  );
  const wrong = checks.flatMap((error) => error?.diagnostics ?? []);
  if (wrong.length > 0) throw new LayersError(wrong);
}

/** An engine builds from any image, and says no more than a warning. What a registry does not answer is the pull's to report. */
async function wrongBase(
  registries: Run['registries'],
  image: string,
  { architecture }: BuildPlan,
  title: string,
): Promise<LayersError | undefined> {
  try {
    await registries.assertFor(image, architecture);
    return undefined;
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    const other = error.diagnostics.find(({ code }) => code === 'another-architecture');
    if (other === undefined) return undefined;
    return failure(
      'input',
      'base-of-another-architecture',
      `${title} cannot be built from this: ${other.message}`,
      {
        hint: 'Give the Release document the images of each architecture under its name; a base for several has to be an index.',
      },
    );
  }
}
