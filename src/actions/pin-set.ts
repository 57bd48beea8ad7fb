import { buildFolder, readMade } from '../build/dist.ts';
import { publish } from '../build/publish.ts';
import { failure } from '../diagnostics.ts';
import { openPast } from '../git/past.ts';
import { BUILD_LABEL, type BuildPlan, parseJson } from '../plan/plan.ts';
import type { Lock, Pinned } from '../spec/lock.ts';
import { DIGEST } from '../values/digest.ts';
import { formatImageRef, type PinnedImage, parsePinnedImage } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import {
  assertNotHeld,
  type EditOptions,
  type EditResult,
  editPins,
  onlyOne,
  withRegistries,
} from './edit-pins.ts';

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
    const { pool, image: own = '' } = onlyOne(pools, options.pool);
    assertNotHeld(pool, lock.pools[pool]);
    const ref = imageOf(options.image, own);
    const from = formatImageRef({ ...ref, digest: undefined });
    if (from !== own && !options.copy) throw elsewhere(pool, own, from);
    const { digest } = ref;
    return withRegistries(options, async (registries, authFile) => {
      const { labels } = await registries.read(ref);
      const build = labels[BUILD_LABEL];
      if (build === undefined) throw unknown(ref, `it has no label ${BUILD_LABEL}`);
      const made = await madeOf(root, lock, build);
      if (made === undefined) throw unknown(ref, `its build ${build} is in no commit of this repository`);
      const plan = { architecture: 'amd64', hash: build } as const;
      const source = { kind: 'registry', ref, insecure: await registries.isInsecure(ref) } as const;
      const publisher = { ...options, registries, ...(authFile !== undefined && { authFile }) };
      await publish(publisher, build, { digest, image: from, source }, [own], plan);
      const pin: Pinned = { image: own, build, digest, ...made, origin: 'adopted' };
      const known = lock.pools[pool];
      const isSame = known?.digest === digest && known.image === own && known.build === build;
      return { pins: { [pool]: isSame ? known : pin } };
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

/** What a build was made from: as `dist/`, the lock or any commit has it. */
async function madeOf(
  root: string,
  lock: Lock,
  build: string,
): Promise<Pick<Pinned, 'base' | 'release'> | undefined> {
  if (!/^[0-9a-f]{32}$/.test(build)) return undefined;
  const known = readMade(root, build) ?? Object.values(lock.pools).find((pin) => pin.build === build);
  if (known !== undefined) return { base: known.base, release: known.release };
  const file = `${buildFolder(build)}/plan`;
  for await (const { text } of openPast(root).texts(file)) {
    const { base, release } = parseJson<BuildPlan>(text, file);
    return { base, release };
  }
  return undefined;
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
