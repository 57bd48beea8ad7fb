import { failure, LayersError } from '../diagnostics.ts';
import type { CopySource } from '../engines/skopeo.ts';
import { contentTag } from '../plan/arguments.ts';
import type { BuildPlan, IndexPlan } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import { type ImageRef, parseImageRef } from '../values/image-ref.ts';
import type { Group } from './groups.ts';
import { readPushed, readPushing } from './journal.ts';
import { layoutFolder, readLayout } from './layout.ts';
import { isRecorded, pinsOf } from './pin.ts';
import type { Run } from './run.ts';

/** An image that was made before. */
export interface Found {
  readonly how: 'copied' | 'adopted';
  readonly digest: Digest;
  /** The repository that has it; none where only this machine has. */
  readonly image?: string;
  readonly source: CopySource;
}

/**
 * The image of a build that was made before: the lock's, this machine's own, or, by --adopt, whatever has its tag.
 * `images` are the repositories that are to have it.
 */
export async function findImage(
  run: Run,
  group: Group,
  images: readonly string[],
  plan: BuildPlan | IndexPlan,
): Promise<Found | undefined> {
  const { hash } = group;
  const locked = await findLocked(run, group, images);
  return locked ?? (await findTagged(run, hash, images, plan)) ?? (await findLayout(run, hash));
}

/** What the lock has beats a tag: it is looked for by its digest, wherever it may be. */
async function findLocked(run: Run, group: Group, images: readonly string[]): Promise<Found | undefined> {
  const { lock, registries } = run;
  const pins = pinsOf(lock, group.hash);
  const isAsked = (pool: string) => group.pools.some((one) => one.pool === pool);
  // What a pool had itself, under another name perhaps, comes first; then what is where its image is to be.
  const rank = ([pool, { image }]: (typeof pins)[number]) =>
    isAsked(pool) ? 0 : images.includes(image) ? 1 : 2;
  const ranked = pins.toSorted((a, b) => rank(a) - rank(b));
  let unanswered: LayersError | undefined;
  for (const digest of new Set(ranked.map(([, pin]) => pin.digest as Digest))) {
    const owners = pins.filter(([, pin]) => pin.digest === digest).map(([, pin]) => pin.image);
    for (const image of new Set([...owners, ...images])) {
      const ref = { ...parseImageRef(image), digest };
      try {
        if ((await registries.find(ref)) === undefined) continue;
      } catch (error) {
        // A registry that was left behind must not keep anybody from the one that has the image, too.
        if (!(error instanceof LayersError)) throw error;
        unanswered ??= error;
        continue;
      }
      return { how: 'copied', digest, image, source: await registrySource(run, ref) };
    }
  }
  if (unanswered !== undefined) throw unanswered;
  if (pins.length === 0) return undefined;
  // Built again it would have another digest, which the other pools' repositories do not have.
  const [pool, { image, digest }] = ranked[0]!;
  throw failure('remote', 'image-lost', `${image} no longer has ${digest}, to which ${pool} is pinned`, {
    hint: 'Push it there again from where it still is, or build anew: write another text into `refresh:` of its pools.',
  });
}

async function findTagged(
  run: Run,
  hash: string,
  images: readonly string[],
  plan: BuildPlan | IndexPlan,
): Promise<Found | undefined> {
  const { registries, root } = run;
  const own = await readPushed(root, hash);
  // Where an index has it, it is taken as well, and nobody is kept from building it.
  const elsewhere = (run.indexedAt.get(hash) ?? []).filter((image) => !images.includes(image));
  for (const image of new Set([...images, ...elsewhere])) {
    const digest = await registries.find({ ...parseImageRef(image), tag: contentTag(hash) });
    if (digest === undefined) continue;
    const isOwn =
      (own?.digest === digest && own.images.includes(image)) ||
      (await isOwnPush(run, { hash, image, digest, plan })) ||
      (await isOfPinnedIndex(run, image, digest));
    if (!isOwn && elsewhere.includes(image)) continue;
    if (!isOwn && !run.adopt) throw tagExists(image, hash, digest);
    const source = await registrySource(run, { ...parseImageRef(image), digest });
    // What was adopted before is known here, and no better for that.
    return { how: isOwn && !own?.adopted ? 'copied' : 'adopted', digest, image, source };
  }
  return undefined;
}

/** Whether it is what a run from here pushed that was killed before it could note the digest. */
export async function isOwnPush(
  { root, registries }: Pick<Run, 'root' | 'registries'>,
  {
    hash,
    image,
    digest,
    plan,
  }: {
    readonly hash: string;
    readonly image: string;
    readonly digest: Digest;
    readonly plan: BuildPlan | IndexPlan;
  },
): Promise<boolean> {
  const pushing = await readPushing(root, hash);
  if (pushing?.image !== image) return false;
  return (await registries.verify(image, digest, plan)).configDigest === pushing.config;
}

/** Whether the lock answers for it, by way of an index: one that a pool is pinned to, and that has it. */
async function isOfPinnedIndex(
  { lock, registries }: Pick<Run, 'lock' | 'registries'>,
  image: string,
  digest: Digest,
): Promise<boolean> {
  const pins = Object.values(lock.pools).filter((pin) => pin.image === image);
  const pinned = new Set(pins.map(({ digest }) => digest));
  for (const index of pinned) {
    if ((await registries.imagesOf(image, index as Digest)).includes(digest)) return true;
  }
  return false;
}

/** What --no-push left here, unless the lock recorded another image as this build's. */
async function findLayout({ root, lock }: Run, hash: string): Promise<Found | undefined> {
  const folder = layoutFolder(root, hash);
  const digest = await readLayout(folder);
  if (digest === undefined || !isRecorded(lock, hash, digest)) return undefined;
  return { how: 'copied', digest, source: { kind: 'layout', folder, name: hash } };
}

async function registrySource({ registries }: Run, ref: ImageRef): Promise<CopySource> {
  return { kind: 'registry', ref, insecure: await registries.isInsecure(ref) };
}

export function tagExists(image: string, hash: string, digest: Digest) {
  return failure('remote', 'tag-exists', `${image}:${contentTag(hash)} is there already, and not from here`, {
    hint: `Somebody built it before: --adopt takes ${digest} after checking it. A build's tag is never written twice.`,
  });
}
