import { type BuildPlan, type IndexPlan, isIndex } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import type { PoolResult } from './events.ts';
import { type Found, findImage } from './find-image.ts';
import { type Group, namesOf, resultsOf } from './groups.ts';
import { layoutFolder, readLayout } from './layout.ts';
import { isRecorded, pinsOf } from './pin.ts';
import type { Run } from './run.ts';
import { readSecrets } from './secrets.ts';

/** What there is to do for a build. */
export type Finding = { readonly kind: 'done'; readonly results: readonly PoolResult[] } | Todo;

/** For an image that is to be in these repositories. */
export type Todo =
  | { readonly kind: 'publish'; readonly found: Found; readonly images: readonly string[] }
  | { readonly kind: 'build'; readonly images: readonly string[] };

/** Looks for the image of a build that some pools are not pinned to: by one question to each registry. */
export async function look(run: Run, group: Group, plan: BuildPlan | IndexPlan): Promise<Finding> {
  const { onEvent, push } = run;
  const { hash, pools } = group;
  const digest = push ? undefined : await storedDigest(run, group);
  if (digest !== undefined) {
    onEvent({ type: 'up-to-date', hash, pools: namesOf(group), digest });
    return { kind: 'done', results: resultsOf(group, { result: 'unchanged', digest, pushed: false }) };
  }
  const images = [...new Set(pools.map(({ image }) => image))];
  const found = push ? await findImage(run, group, images, plan) : undefined;
  if (found !== undefined) return { kind: 'publish', found, images };
  if (!group.byJob) {
    // Minutes into a run is late to be told of it.
    if (!isIndex(plan)) await readSecrets(plan.secrets ?? [], run.secrets, namesOf(group).join(', '));
    return { kind: 'build', images };
  }
  for (const pool of namesOf(group)) onEvent({ type: 'skipped', pool, why: 'job' });
  return {
    kind: 'done',
    results: namesOf(group).map((pool) => ({ pool, result: 'skipped', by: 'job' })),
  };
}

/** The digest of what --no-push left here, unless the lock has another image for the build. */
export async function storedDigest(
  { lock, root }: Run,
  { hash }: Pick<Group, 'hash'>,
): Promise<Digest | undefined> {
  const digest = await readLayout(layoutFolder(root, hash));
  return pinsOf(lock, hash).length === 0 && isRecorded(lock, hash, digest) ? digest : undefined;
}
