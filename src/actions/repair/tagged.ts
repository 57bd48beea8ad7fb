import { tagExists } from '../../build/find-image.ts';
import type { Registries } from '../../build/registries.ts';
import { contentTag } from '../../plan/arguments.ts';
import { EMPTY_LOCK, type PinnedPool } from '../../spec/lock.ts';
import { parseImageRef } from '../../values/image-ref.ts';
import { adoptedPin } from '../adopted-pin.ts';
import { knownBuild } from '../known-build.ts';
import type { ReadOptions } from '../pin-packages.ts';
import type { Wanted } from './wanted.ts';

/** The image that a registry has of a pool's build; by --adopt only, for anybody may have put it there. */
export async function tagged(
  registries: Registries,
  pool: string,
  { build, image }: Wanted,
  options: ReadOptions & { readonly adopt: boolean },
): Promise<PinnedPool | undefined> {
  const plan = await knownBuild(options.root, build);
  const digest = await registries.find({ ...parseImageRef(image), tag: contentTag(build) });
  if (plan === undefined || digest === undefined) return undefined;
  if (!options.adopt) throw tagExists(image, build, digest);
  await registries.verify(image, digest, plan);
  // The lock cannot be read.
  return adoptedPin(EMPTY_LOCK, { pool, image, digest, plan }, options);
}
