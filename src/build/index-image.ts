import { join } from 'node:path';
import { contentTag } from '../plan/arguments.ts';
import { BUILD_LABEL, type BuildPlan, type IndexPlan } from '../plan/plan.ts';
import { digestOf, type IndexEntry } from '../registry/manifest.ts';
import type { Digest } from '../values/digest.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { tagExists } from './find-image.ts';
import { type Group, whose } from './groups.ts';
import { writePushing } from './journal.ts';
import { entryOf, keepLayout, layoutFolder, makeIndexLayout } from './layout.ts';
import { publish } from './publish.ts';
import { type Run, withScratch } from './run.ts';

const MEDIA_TYPE = 'application/vnd.oci.image.index.v1+json';

/** The image of a build that an index is made of. */
export interface IndexPart {
  readonly plan: BuildPlan;
  readonly digest: Digest;
}

/**
 * Makes an index of images that are all there already, in the first of the repositories, and writes it once: what has its
 * digest is whole. Gives its digest, and how many bytes a node pulls at most.
 */
export async function makeIndex(
  run: Run,
  group: Group,
  plan: IndexPlan,
  parts: readonly IndexPart[],
): Promise<{ readonly digest: Digest; readonly size?: number }> {
  const { root, registries, push, onEvent } = run;
  const { hash } = group;
  const images = [...new Set(group.pools.map(({ image }) => image))];
  const [first] = images as [string];
  const entries = await Promise.all(
    parts.map(async ({ plan, digest }): Promise<IndexEntry> => {
      const entry = push
        ? await registries.verify(first, digest, plan)
        : await entryOf(layoutFolder(root, plan.hash), digest);
      const { mediaType, size } = entry;
      return { mediaType, digest, size, platform: { architecture: plan.architecture, os: 'linux' } };
    }),
  );
  const text = printIndex(hash, entries);
  const digest = digestOf(Buffer.from(text));
  const told = {
    type: 'indexed',
    ...whose(group),
    architectures: parts.map(({ plan }) => plan.architecture),
    ...{ digest, pushed: push },
  } as const;
  if (!push) {
    await withScratch(root, hash, async (scratch) => {
      const made = join(scratch, 'image');
      const layouts = parts.map(({ plan }) => layoutFolder(root, plan.hash));
      await makeIndexLayout(made, hash, { mediaType: MEDIA_TYPE, digest, text }, layouts);
      await keepLayout(made, layoutFolder(root, hash));
    });
    onEvent(told);
    return { digest };
  }
  const ref = { ...parseImageRef(first), tag: contentTag(hash) };
  const there = await registries.find(ref);
  // Somebody else may have pushed one of other images since it was looked for.
  if (there !== undefined && there !== digest) throw tagExists(first, hash, there);
  await writePushing(root, hash, { image: first, config: digest });
  if (there === undefined) await registries.putIndex(ref, MEDIA_TYPE, text);
  const insecure = await registries.isInsecure(ref);
  const source = { kind: 'registry', ref: { ...parseImageRef(first), digest }, insecure } as const;
  const size = await publish(run, hash, { digest, image: first, source }, images, plan);
  onEvent(told);
  return { digest, size };
}

/** An index's bytes, which depend on nothing but its images: https://github.com/opencontainers/image-spec/blob/main/image-index.md. */
export function printIndex(hash: string, manifests: readonly IndexEntry[]): string {
  const annotations = { [BUILD_LABEL]: hash };
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, manifests, annotations });
}
