import { LayersError } from '../diagnostics.ts';
import { hashOfTag } from '../plan/arguments.ts';
import type { ManifestHead, Registry } from '../registry/client.ts';
import { asImageManifest, childrenOf, IMAGE_TYPES } from '../registry/manifest.ts';
import type { Digest } from '../values/digest.ts';
import { type ImageRef, parseImageRef } from '../values/image-ref.ts';
import { atMost } from './at-most.ts';

/** What git still asks for. */
export interface Needs {
  readonly builds: ReadonlySet<string>;
  readonly digests: ReadonlySet<string>;
}

/** A tag of a build, and what becomes of it. */
export interface JudgedTag {
  readonly tag: string;
  readonly digest: Digest;
  /** When the image was made; none where nobody had to look. */
  readonly created?: string;
  /** Why it is kept; none where nothing needs it. */
  readonly kept?: string;
}

export interface JudgeOptions {
  readonly needs: Needs;
  /** Images that were made since then are kept: their pins may be on their way. Milliseconds, as of Date.now(). */
  readonly since: number;
}

const QUESTIONS = 8;
/** Indexes of indexes are allowed, and nobody has them. */
const DEEPEST = 3;

/** Every tag of a build in a repository, and whether anything needs it. */
export async function judgeTags(
  registry: Registry,
  image: string,
  { needs, since }: JudgeOptions,
): Promise<JudgedTag[]> {
  const ref = parseImageRef(image);
  const all = await headsOf(registry, ref);
  const isOpen = ([tag, { digest }]: Tagged): boolean => {
    const hash = hashOfTag(tag);
    return hash !== undefined && !needs.builds.has(hash) && !needs.digests.has(digest);
  };
  const open = all.filter(isOpen);
  const staying = all.filter((tagged) => !isOpen(tagged));
  const reasons = open.length === 0 ? new Map() : await reasonsIn(registry, ref, staying, needs);
  const judged = await atMost(QUESTIONS, open, async ([tag, { digest }]): Promise<JudgedTag> => {
    const reason = reasons.get(digest);
    if (reason !== undefined) return { tag, digest, kept: reason };
    const created = await createdAt(registry, ref, digest).catch(notWhole);
    const time = Date.parse(created ?? '');
    if (Number.isNaN(time)) return { tag, digest, kept: 'it does not say when it was made' };
    const made = { tag, digest, created: created! };
    return time >= since ? { ...made, kept: 'it is too young' } : made;
  });
  const needed = staying.filter(([tag]) => hashOfTag(tag) !== undefined);
  return [...needed.map(([tag, { digest }]) => ({ tag, digest, kept: 'git needs it' })), ...judged].sort(
    (a, b) => (a.tag < b.tag ? -1 : 1),
  );
}

type Tagged = readonly [tag: string, head: ManifestHead];

async function headsOf(registry: Registry, ref: ImageRef): Promise<Tagged[]> {
  const tags = await registry.listTags(ref.repository);
  const heads = await atMost(QUESTIONS, tags, async (tag): Promise<Tagged[]> => {
    const head = await registry.headManifest({ ...ref, tag });
    return head === undefined ? [] : [[tag, head]];
  });
  return heads.flat();
}

/** Digests that are to stay, and why: other tags have them, or an index that stays is made of them. */
async function reasonsIn(
  registry: Registry,
  ref: ImageRef,
  staying: readonly Tagged[],
  { digests }: Needs,
): Promise<Map<string, string>> {
  const tagged = new Set<string>(staying.map(([, { digest }]) => digest));
  const untagged = [...digests].filter((digest) => !tagged.has(digest)) as Digest[];
  const pinned = await atMost(QUESTIONS, untagged, async (digest): Promise<Tagged[]> => {
    const head = await registry.headManifest({ ...ref, digest });
    return head === undefined ? [] : [['a pinned image', head]];
  });
  const reasons = new Map<string, string>(staying.map(([tag, { digest }]) => [digest, `it is ${tag}, too`]));
  await atMost(QUESTIONS, [...staying, ...pinned.flat()], async ([name, head]) => {
    for (const part of await partsOf(registry, ref, head)) reasons.set(part, `it is part of ${name}`);
  });
  return reasons;
}

/** What an index is made of, and the indexes in it. */
async function partsOf(
  registry: Registry,
  ref: ImageRef,
  { digest, mediaType }: ManifestHead,
  depth = DEEPEST,
): Promise<Digest[]> {
  if (IMAGE_TYPES.includes(mediaType) || depth === 0) return [];
  const parts = childrenOf((await registry.getManifest({ ...ref, digest })).content);
  const nested = parts.map(async (part) => {
    const head = await registry.headManifest({ ...ref, digest: part });
    return head === undefined ? [] : partsOf(registry, ref, head, depth - 1);
  });
  return [...parts, ...(await Promise.all(nested)).flat()];
}

/** When an image was made, as it says itself; of an index, the last of its images. */
async function createdAt(
  registry: Registry,
  ref: ImageRef,
  digest: Digest,
  depth = DEEPEST,
): Promise<string | undefined> {
  const { content } = await registry.getManifest({ ...ref, digest });
  const manifest = asImageManifest(content);
  if (manifest !== undefined) {
    const { created } = await registry.getConfig(ref.repository, manifest.config.digest);
    return typeof created === 'string' ? created : undefined;
  }
  const parts = depth === 0 ? [] : childrenOf(content);
  const all = await Promise.all(parts.map((part) => createdAt(registry, ref, part, depth - 1)));
  return all.includes(undefined) ? undefined : all.sort().at(-1);
}

/** Part of it is gone: then nobody knows. */
function notWhole(error: unknown): undefined {
  const isGone =
    error instanceof LayersError && error.diagnostics.every(({ code }) => code === 'registry-not-found');
  if (!isGone) throw error;
}
