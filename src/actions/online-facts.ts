import { atMost } from '../build/at-most.ts';
import { type Patience, patience } from '../build/patience.ts';
import { hotfixesOf } from '../checks/online/hotfixes.ts';
import type { OnlineFacts, PinnedTo } from '../checks/online/online.ts';
import { fixedBy } from '../checks/online/packages.ts';
import type { Subject } from '../compile/subject.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { openPlaces, type Places } from '../registry/places.ts';
import { type Digest, parseDigest } from '../values/digest.ts';
import { formatImageRef, type PinnedImage, parseImageRef } from '../values/image-ref.ts';
import type { Reading } from './diff/package-reader.ts';
import { imagePackages } from './image-packages.ts';

export interface OnlineOptions {
  readonly root: string;
  readonly authFile?: string | undefined;
  /** Called before what may take long: a layer in which packages are looked for. */
  readonly onRead: (reading: Reading) => void;
}

/** A pool, and what it is pinned to. */
export interface Asked {
  readonly pool: Subject;
  readonly pin?: PinnedTo;
}

/** An image, and which one of an index. */
type OsImage = PinnedImage & { readonly architecture: string };

/** Questions, and images whose packages are read, at a time: a database has 50 MB. */
const QUESTIONS = 8;
const IMAGES = 3;

/** Asks registries for all that the checks want to know of these pools. What is not answered is told, and the rest all the same. */
export async function onlineFacts(
  asked: readonly Asked[],
  { root, authFile, onRead }: OnlineOptions,
): Promise<{ facts: OnlineFacts; unanswered: Diagnostic[] }> {
  const places = openPlaces({ authfile: authFile });
  const patient = patience();
  const packages: [string, Awaited<ReturnType<typeof imagePackages>>][] = [];
  const readAll = (images: readonly OsImage[]) =>
    atMost(IMAGES, once(images), ({ architecture, ...image }) =>
      patient.ask(image.registry, async () => {
        packages.push([image.digest, await imagePackages(image, architecture, { root, places, onRead })]);
      }),
    );
  try {
    const missing = await findMissing(asked, places, patient);
    await readAll(asked.flatMap(({ pool }) => basesOf(pool)));
    const known = new Map(packages);
    await readAll(
      asked.flatMap((one) => stillOpen(one, known)).filter((image) => !missing.has(nameOf(image))),
    );
    return { facts: { missing, packages: new Map(packages) }, unanswered: patient.unanswered() };
  } finally {
    places.close();
  }
}

/** Which of the pinned images are not where they were pushed to, or not where nodes pull them from. */
async function findMissing(asked: readonly Asked[], places: Places, { ask }: Patience): Promise<Set<string>> {
  const images = asked.flatMap(({ pin }) =>
    pin === undefined ? [] : [pin.pushed, pin.pulled].map((image) => at(image, pin.digest)),
  );
  const missing = new Set<string>();
  await atMost(QUESTIONS, once(images), (image) =>
    ask(image.registry, async () => {
      if ((await (await places.pushed(image)).headManifest(image)) === undefined) missing.add(nameOf(image));
    }),
  );
  return missing;
}

/** The images whose packages tell something of a pool, whether it has a pin or not. */
function basesOf(pool: Subject): OsImage[] {
  const { base, osImage, architecture } = pool;
  const differs = osImage !== undefined && osImage.digest !== base.digest;
  const images = differs ? [base, osImage] : hotfixesOf(pool).length > 0 ? [base] : [];
  return images.map((image) => ({ ...image, architecture }));
}

/** The pinned image, where the base alone does not tell that a hotfix has expired. */
function stillOpen({ pool, pin }: Asked, known: OnlineFacts['packages']): OsImage[] {
  const isOpen = hotfixesOf(pool).some(
    ({ expires }) => expires !== undefined && fixedBy(expires, known.get(pool.base.digest)) === undefined,
  );
  return pin !== undefined && isOpen
    ? [{ ...at(pin.pushed, pin.digest), architecture: pool.architecture }]
    : [];
}

function at(image: string, digest: Digest): PinnedImage {
  return { ...parseImageRef(image), digest: parseDigest(digest) };
}

function nameOf(image: PinnedImage): string {
  return formatImageRef(image);
}

function once<T extends PinnedImage>(images: readonly T[]): T[] {
  return [...new Map(images.map((image) => [nameOf(image), image])).values()];
}
