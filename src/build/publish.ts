import { copyImage } from '../engines/skopeo.ts';
import { contentTag } from '../plan/arguments.ts';
import { type IndexPlan, isIndex } from '../plan/plan.ts';
import { parseImageRef } from '../values/image-ref.ts';
import { type Found, tagExists } from './find-image.ts';
import { readPushed, writePushed } from './journal.ts';
import type { Made } from './registries.ts';
import { logOf, type Run, withScratch } from './run.ts';

/** What it takes of a run. */
export type Publisher = Pick<Run, 'root' | 'registries' | 'authFile' | 'signal' | 'onEvent'>;

/**
 * Equal builds have one digest, wherever they are: repositories that lack it get a copy of the same bytes. Every one of
 * them is asked for it by that digest, the one that it is copied from before anything is. Gives how many bytes a node pulls.
 */
export async function publish(
  run: Publisher,
  hash: string,
  { digest, image: origin, source, how }: Omit<Found, 'how'> & { readonly how?: Found['how'] },
  images: readonly string[],
  plan: Made | IndexPlan,
): Promise<number> {
  const { root, registries, authFile, signal } = run;
  let size = origin === undefined ? 0 : (await registries.verify(origin, digest, plan)).pullSize;
  for (const image of images) {
    const to = { ...parseImageRef(image), tag: contentTag(hash) };
    if (image === origin) continue;
    const there = await registries.find(to);
    if (there !== undefined && there !== digest) throw tagExists(image, hash, there);
    if (there === undefined) {
      const insecureTo = await registries.isInsecure(to);
      await withScratch(root, hash, (scratch) =>
        copyImage({
          ...{
            from: source,
            to,
            insecureTo,
            isIndex: isIndex(plan),
            scratch,
            signal,
            log: logOf(root, hash),
          },
          ...(authFile && { authFile }),
          onEvent: (event) => run.onEvent({ hash, ...event }),
        }),
      );
      run.onEvent({ type: 'copied', hash, image, digest });
    }
    size = (await registries.verify(image, digest, plan)).pullSize;
  }
  const before = await readPushed(root, hash);
  const known = before?.digest === digest ? before.images : [];
  const isAdopted = how === 'adopted' || (how === undefined && before?.adopted === true);
  const adopted = isAdopted && { adopted: true };
  await writePushed(root, hash, { digest, images: [...new Set([...known, ...images])].sort(), ...adopted });
  return size;
}
