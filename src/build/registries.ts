import { BUILD_LABEL, type BuildPlan } from '../plan/plan.ts';
import { openRegistry, type Registry } from '../registry/client.ts';
import { verifyImage } from '../registry/verify.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { type ImageRef, parseImageRef } from '../values/image-ref.ts';

/** The registries of one run, each opened once. */
export interface Registries {
  /** Whether it speaks no TLS, which only one on this machine may. */
  isInsecure(ref: ImageRef): Promise<boolean>;
  /** Fetches an image back by its digest and checks that it is this build. */
  verify(image: string, digest: Digest, plan: BuildPlan): Promise<void>;
  /** What a tag points at. */
  find(ref: ImageRef): Promise<Digest | undefined>;
  close(): void;
}

export function openRegistries(options: { authfile?: string; signal: AbortSignal }): Registries {
  const opened = new Map<string, Registry>();
  const of = ({ registry }: ImageRef): Registry => {
    const known = opened.get(registry) ?? openRegistry(registry, options);
    opened.set(registry, known);
    return known;
  };
  return {
    isInsecure: async (ref) => (await of(ref).scheme()) === 'http',
    async verify(image, digest, plan) {
      const ref = { ...parseImageRef(image), digest };
      const { architecture, hash } = plan;
      await verifyImage(of(ref), ref, { label: { key: BUILD_LABEL, value: hash }, architecture });
    },
    find: async (ref) => {
      const head = await of(ref).headManifest(ref);
      return head && parseDigest(head.digest);
    },
    close: () => {
      for (const registry of opened.values()) registry.close();
    },
  };
}
