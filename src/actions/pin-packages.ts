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
}

/**
 * The sums of the packages of images that the lock does not have yet, by their digests. Only layers above the base are
 * read: where none of these has a database, or where an image cannot be read here, there is no sum. That of an index is of
 * all of its images.
 */
export async function packageSums(
  results: readonly PoolResult[],
  builds: Builds,
  { root, authFile, signal, lock }: ReadOptions,
): Promise<ReadonlyMap<string, string>> {
  const { pools } = lock ?? (await readLock(root));
  const locked = new Set(Object.values(pools).map(({ digest }) => digest));
  const fresh = new Map(
    results.flatMap(({ image, digest, build, pushed }) => {
      const isFresh = pushed && digest !== undefined && !locked.has(digest);
      return isFresh ? [[digest, { image: parsePinnedImage(`${image}@${digest}`), build: build! }]] : [];
    }),
  );
  const sums = new Map<string, string>();
  if (fresh.size === 0) return sums;
  const places = openPlaces({ authfile: authFile, signal });
  const reader = { root, places, bases: new Map<string, Promise<Source>>(), readAbove: readerAbove() };
  try {
    // One after the other: a database has tens of megabytes.
    for (const [digest, { image, build }] of fresh) {
      const packages = await allPackages(image, plansIn(builds, build), reader);
      signal?.throwIfAborted();
      if (packages.length > 0) sums.set(digest, sumOf(packages));
    }
  } finally {
    places.close();
  }
  return sums;
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
