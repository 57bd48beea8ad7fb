import { readMade } from '../../build/dist.ts';
import { tagExists } from '../../build/find-image.ts';
import type { Registries } from '../../build/registries.ts';
import { contentTag } from '../../plan/arguments.ts';
import type { PinnedPool } from '../../spec/lock.ts';
import { parseImageRef } from '../../values/image-ref.ts';
import type { Wanted } from './wanted.ts';

/** The image that a registry has of a pool's build; by --adopt only, for anybody may have put it there. */
export async function tagged(
  registries: Registries,
  root: string,
  { build, image }: Wanted,
  adopt: boolean,
): Promise<PinnedPool | undefined> {
  const made = readMade(root, build);
  const digest = await registries.find({ ...parseImageRef(image), tag: contentTag(build) });
  if (made === undefined || digest === undefined) return undefined;
  if (!adopt) throw tagExists(image, build, digest);
  await registries.verify(image, digest, { architecture: 'amd64', hash: build });
  return { image, build, digest, origin: 'adopted', base: made.base, release: made.release };
}
