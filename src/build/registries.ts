import { BUILD_LABEL, type BuildPlan } from '../plan/plan.ts';
import { type Image, readImage } from '../registry/image.ts';
import { asImageManifest } from '../registry/manifest.ts';
import { openPlaces } from '../registry/places.ts';
import { type VerifiedImage, verifyImage } from '../registry/verify.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { type ImageRef, parseImageRef } from '../values/image-ref.ts';

/** What an image is to be. */
export type Made = Pick<BuildPlan, 'architecture' | 'hash'>;

/** The registries of one run, each opened once. Images of ours are asked for where they are pushed to, and at no mirror. */
export interface Registries {
  /** Whether an engine has to be told that it speaks no TLS, which only one on this machine may. */
  isInsecure(ref: ImageRef): Promise<boolean>;
  /** Refuses an image that registries.conf blocks, before an engine is started for it. */
  assertPullable(ref: ImageRef): Promise<void>;
  /** Fetches an image back by its digest and checks that it is this build. */
  verify(image: string, digest: Digest, plan: Made): Promise<VerifiedImage>;
  /** What a tag points at. */
  find(ref: ImageRef): Promise<Digest | undefined>;
  /** What an image says of itself, wherever it may be pulled from. */
  read(ref: ImageRef): Promise<Image>;
  /** How many bytes its layers have as they are pulled; nothing for an index. */
  sizeOf(image: string): Promise<number>;
  close(): void;
}

export function openRegistries(options: { authfile?: string; signal: AbortSignal }): Registries {
  const places = openPlaces(options);
  return {
    isInsecure: places.isPlain,
    assertPullable: places.assertPullable,
    async verify(image, digest, plan) {
      const ref = { ...parseImageRef(image), digest };
      const { architecture, hash } = plan;
      const registry = await places.pushed(ref);
      return verifyImage(registry, ref, { label: { key: BUILD_LABEL, value: hash }, architecture });
    },
    find: async (ref) => {
      const head = await (await places.pushed(ref)).headManifest(ref);
      return head && parseDigest(head.digest);
    },
    read: (image) => places.pulled(image, ({ registry, ref }) => readImage(registry, ref, 'amd64')),
    async sizeOf(image) {
      const { content } = await places.pulled(parseImageRef(image), ({ registry, ref }) =>
        registry.getManifest(ref),
      );
      return (asImageManifest(content)?.layers ?? []).reduce((sum, { size }) => sum + size, 0);
    },
    close: places.close,
  };
}
