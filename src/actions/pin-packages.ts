import { createHash } from 'node:crypto';
import { type Builds, plansIn } from '../build/dist.ts';
import type { PoolResult } from '../build/events.ts';
import { readLock } from '../build/pin.ts';
import { LayersError } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { openPlaces, type Places } from '../registry/places.ts';
import type { InstalledPackage } from '../rpm/header.ts';
import type { Lock } from '../spec/lock.ts';
import { formatImageRef, type PinnedImage, parsePinnedImage } from '../values/image-ref.ts';
import { rememberedPackages, rememberPackages } from './diff/package-cache.ts';
import { openSource, readerAbove, type Source } from './diff/package-reader.ts';

export interface ReadOptions {
  readonly root: string;
  readonly authFile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the repository's. */
  readonly lock?: Lock;
  /** One that may have begun already, and is closed by whoever opened it. */
  readonly reader?: PackageReader;
}

/** Reads the packages of images, one image after the other: a database has tens of megabytes. */
export interface PackageReader {
  /** The sum of an image's packages, read once; undefined where it has those of its base. */
  sum(image: PinnedImage, parts: readonly Part[]): Promise<string | undefined>;
  close(): void;
}

export function openPackageReader({ root, authFile, signal }: ReadOptions): PackageReader {
  const closing = new AbortController();
  const either = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  const places = openPlaces({ authfile: authFile, signal: either });
  const reader = { root, places, bases: new Map<string, Promise<Source>>(), readAbove: readerAbove() };
  const sums = new Map<string, Promise<string | undefined>>();
  let before: Promise<unknown> = Promise.resolve();
  const read = async (image: PinnedImage, parts: readonly Part[]) => {
    either.throwIfAborted();
    const packages = await allPackages(image, parts, reader);
    either.throwIfAborted();
    return packages.length > 0 ? sumOf(packages) : undefined;
  };
  return {
    sum(image, parts) {
      const known = sums.get(image.digest);
      if (known !== undefined) return known;
      const sum = before.then(() => read(image, parts));
      // Whoever asks for it gets the error; until then nobody may have.
      before = sum.catch(() => {});
      sums.set(image.digest, sum);
      return sum;
    },
    close() {
      closing.abort();
      places.close();
    },
  };
}

/**
 * The sums of the packages of images that the lock does not have yet, by their digests. Only layers above the base are
 * read: where none of these has a database, or where an image cannot be read here, there is no sum. That of an index is of
 * all of its images.
 */
export async function packageSums(
  results: readonly PoolResult[],
  builds: Builds,
  options: ReadOptions,
): Promise<ReadonlyMap<string, string>> {
  const { pools } = options.lock ?? (await readLock(options.root));
  const locked = new Set(Object.values(pools).map(({ digest }) => digest));
  const fresh = results.flatMap(({ image, digest, build, pushed }) => {
    const isFresh = pushed && digest !== undefined && !locked.has(digest);
    return isFresh ? [{ image: parsePinnedImage(`${image}@${digest}`), build: build! }] : [];
  });
  if (fresh.length === 0) return new Map();
  const reader = options.reader ?? openPackageReader(options);
  try {
    const sums = new Map<string, string>();
    for (const { image, build } of fresh) {
      const sum = await reader.sum(image, plansIn(builds, build));
      if (sum !== undefined) sums.set(image.digest, sum);
    }
    return sums;
  } finally {
    if (options.reader === undefined) reader.close();
  }
}

interface Reader {
  readonly root: string;
  readonly places: Places;
  /** Those that were opened, by name and architecture: many pools have one. */
  readonly bases: Map<string, Promise<Source>>;
  readonly readAbove: ReturnType<typeof readerAbove>;
}

type Part = Pick<BuildPlan, 'base' | 'architecture'>;

async function allPackages(
  image: PinnedImage,
  parts: readonly Part[],
  reader: Reader,
): Promise<readonly InstalledPackage[]> {
  const all: InstalledPackage[] = [];
  try {
    for (const part of parts) all.push(...(await packagesOf(image, part, reader)));
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    // It is pushed and verified: what else is to be known of it keeps nobody from pinning it.
    return [];
  }
  return all;
}

async function packagesOf(
  image: PinnedImage,
  { base, architecture }: Part,
  { root, places, bases, readAbove }: Reader,
): Promise<readonly InstalledPackage[]> {
  const name = formatImageRef(image);
  const known = await rememberedPackages(root, name, architecture);
  if (known !== undefined) return known;
  const source = await openSource(image, { registry: await places.pushed(image), ref: image }, architecture);
  const key = `${base} ${architecture}`;
  const opened = bases.get(key) ?? openBase(places, parsePinnedImage(base), architecture);
  bases.set(key, opened);
  const packages = (await readAbove(await opened, source)) ?? [];
  if (packages.length > 0) await rememberPackages(root, name, architecture, packages);
  return packages;
}

async function openBase(places: Places, base: PinnedImage, architecture: string): Promise<Source> {
  return places.pulled(base, (place) => openSource(base, place, architecture));
}

/** `name-epoch:version-release.arch` a line, sorted; once what several architectures have. */
function sumOf(packages: readonly InstalledPackage[]): string {
  const lines = packages.map(({ name, epoch, version, release, arch }) => {
    return `${name}-${epoch}:${version}-${release}${arch === undefined ? '' : `.${arch}`}\n`;
  });
  return createHash('sha256')
    .update([...new Set(lines)].sort().join(''))
    .digest('hex');
}
