import { publish } from '../build/publish.ts';
import { failure } from '../diagnostics.ts';
import { BUILD_LABEL } from '../plan/plan.ts';
import { DIGEST } from '../values/digest.ts';
import { formatImageRef, type PinnedImage, parsePinnedImage } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { adoptedPin } from './adopted-pin.ts';
import {
  assertNotHeld,
  type EditOptions,
  type EditResult,
  editPins,
  onlyOne,
  withRegistries,
} from './edit-pins.ts';
import { assertForNodes, knownBuild } from './known-build.ts';

export interface SetOptions extends EditOptions {
  /** A digest in the pool's repository, or an image by digest. */
  readonly image: string;
  /** Copies an image of another repository into the pool's. */
  readonly copy: boolean;
  readonly authFile?: string | undefined;
}

/** Pins a pool to an image that is there: one that was built for this repository, for whichever pool. */
export async function setPin(options: SetOptions): Promise<EditResult> {
  const { root } = options;
  return editPins(options, 'pin', async (pools, lock) => {
    const one = onlyOne(pools, options.pool);
    const { pool, image: own = '' } = one;
    assertNotHeld(pool, lock.pools[pool]);
    const ref = imageOf(options.image, own);
    const from = formatImageRef({ ...ref, digest: undefined });
    if (from !== own && !options.copy) throw elsewhere(pool, own, from);
    const { digest } = ref;
    return withRegistries(options, async (registries, authFile) => {
      const build = await registries.buildOf(ref);
      if (build === undefined) throw unknown(ref, `it has no label ${BUILD_LABEL}`);
      const plan = await knownBuild(root, build);
      if (plan === undefined) throw unknown(ref, `its build ${build} is in no commit of this repository`);
      assertForNodes(root, one, plan, formatImageRef(ref));
      const source = { kind: 'registry', ref, insecure: await registries.isInsecure(ref) } as const;
      const publisher = { ...options, registries, ...(authFile !== undefined && { authFile }) };
      await publish(publisher, build, { digest, image: from, source }, [own], plan);
      const pin = await adoptedPin(lock, { pool, image: own, digest, plan }, { ...options, authFile });
      return { pins: { [pool]: pin } };
    });
  });
}

function imageOf(text: string, own: string): PinnedImage {
  try {
    return parsePinnedImage(DIGEST.test(text) ? `${own}@${text}` : text);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw failure('input', 'image-form', error.message, {
      hint: 'Give the digest, sha256:…, of an image in the repository of the pool, or an image by its digest.',
    });
  }
}

function elsewhere(pool: string, own: string, from: string) {
  return failure('input', 'another-repository', `the images of ${pool} are in ${own}, and not in ${from}`, {
    hint: '--copy copies it there, by its digest.',
  });
}

function unknown(ref: PinnedImage, why: string) {
  return failure('input', 'image-unknown', `${formatImageRef(ref)} was not built here: ${why}`, {
    hint: 'Only what was built from a commit of this repository can be pinned: what else is in an image nobody has reviewed.',
  });
}
