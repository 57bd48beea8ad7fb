import { BUILD_LABEL, type BuildPlan, type IndexPlan, isIndex } from '../plan/plan.ts';
import { readImage } from '../registry/image.ts';
import { annotationsOf, asImageManifest, asIndex } from '../registry/manifest.ts';
import { openPlaces, type Places } from '../registry/places.ts';
import { type Expectation, type VerifiedImage, verifyImage } from '../registry/verify.ts';
import { verifyIndex } from '../registry/verify-index.ts';
import type { Architecture } from '../values/architecture.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { type ImageRef, parseImageRef } from '../values/image-ref.ts';

/** What an image is to be. */
export type Made = Pick<BuildPlan, 'architecture' | 'hash'>;

/** The registries of one run, each opened once. Images of ours are asked for where they are pushed to, and at no mirror. */
export interface Registries {
  /** For what is asked of images that were not built here. */
  readonly places: Places;
  /** Whether an engine has to be told that it speaks no TLS, which only one on this machine may. */
  isInsecure(ref: ImageRef): Promise<boolean>;
  /** Refuses an image that registries.conf blocks, before an engine is started for it. */
  assertPullable(ref: ImageRef): Promise<void>;
  /** Fetches an image back by its digest and checks that it is this build. */
  verify(image: string, digest: Digest, plan: Made | IndexPlan): Promise<VerifiedImage>;
  /** Puts an index under a tag. */
  putIndex(ref: ImageRef, mediaType: string, text: string): Promise<Digest>;
  /** The images of an index; none where it is none, or not there. */
  imagesOf(image: string, digest: Digest): Promise<readonly Digest[]>;
  /** Refuses an image to build from that is for another architecture, wherever it is pulled from. */
  assertFor(image: string, architecture: Architecture): Promise<void>;
  /** What a tag points at. */
  find(ref: ImageRef): Promise<Digest | undefined>;
  /** Which build an image, or an index, says that it is, wherever it may be pulled from. */
  buildOf(ref: ImageRef): Promise<string | undefined>;
  /** How many bytes its layers have as they are pulled; nothing for an index. */
  sizeOf(image: string): Promise<number>;
  close(): void;
}

function expected({
  architecture,
  hash,
}: {
  readonly architecture: string;
  readonly hash: string;
}): Expectation {
  return { label: { key: BUILD_LABEL, value: hash }, architecture };
}

export function openRegistries(options: { authfile?: string; signal: AbortSignal }): Registries {
  const places = openPlaces(options);
  return {
    places,
    isInsecure: places.isPlain,
    assertPullable: places.assertPullable,
    async verify(image, digest, plan) {
      const ref = { ...parseImageRef(image), digest };
      const registry = await places.pushed(ref);
      if (!isIndex(plan)) return verifyImage(registry, ref, expected(plan));
      const annotation = { key: BUILD_LABEL, value: plan.hash };
      return verifyIndex(registry, ref, { annotation, images: plan.builds.map(expected) });
    },
    putIndex: async (ref, mediaType, text) => (await places.pushed(ref)).putManifest(ref, mediaType, text),
    async imagesOf(image, digest) {
      const ref = { ...parseImageRef(image), digest };
      const registry = await places.pushed(ref);
      if ((await registry.headManifest(ref)) === undefined) return [];
      const { content } = await registry.getManifest(ref);
      return (asIndex(content) ?? []).map((entry) => entry.digest);
    },
    async assertFor(image, architecture) {
      await places.pulled(parseImageRef(image), ({ registry, ref }) =>
        readImage(registry, ref, architecture),
      );
    },
    find: async (ref) => {
      const head = await (await places.pushed(ref)).headManifest(ref);
      return head && parseDigest(head.digest);
    },
    buildOf: (image) =>
      places.pulled(image, async ({ registry, ref }) => {
        const { content } = await registry.getManifest(ref);
        const manifest = asImageManifest(content);
        if (manifest === undefined) return annotationsOf(content)[BUILD_LABEL];
        const { config } = await registry.getConfig(ref.repository, manifest.config.digest);
        return config?.Labels?.[BUILD_LABEL];
      }),
    async sizeOf(image) {
      const { content } = await places.pulled(parseImageRef(image), ({ registry, ref }) =>
        registry.getManifest(ref),
      );
      return (asImageManifest(content)?.layers ?? []).reduce((sum, { size }) => sum + size, 0);
    },
    close: places.close,
  };
}
