import { createHash } from 'node:crypto';
import type { PoolResult } from '../build/events.ts';
import { readLock } from '../build/pin.ts';
import { LayersError } from '../diagnostics.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { openPlaces, type Places } from '../registry/places.ts';
import type { InstalledPackage } from '../rpm/header.ts';
import { formatImageRef, type PinnedImage, parsePinnedImage } from '../values/image-ref.ts';
import { rememberedPackages, rememberPackages } from './diff/package-cache.ts';
import { openSource, readerAbove, type Source } from './diff/package-reader.ts';

export interface ReadOptions {
  readonly root: string;
  readonly authFile?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The sums of the packages of images that the lock does not have yet, by their digests. Only layers above the base are
 * read: where none of these has a database, or where an image cannot be read here, there is no sum.
 */
export async function packageSums(
  results: readonly PoolResult[],
  plans: ReadonlyMap<string, Pick<BuildPlan, 'base'>>,
  { root, authFile, signal }: ReadOptions,
): Promise<ReadonlyMap<string, string>> {
  const { pools } = await readLock(root);
  const locked = new Set(Object.values(pools).map(({ digest }) => digest));
  const fresh = new Map(
    results.flatMap(({ image, digest, build, pushed }) => {
      const isFresh = pushed && digest !== undefined && !locked.has(digest);
      return isFresh ? [[digest, { image: `${image}@${digest}`, base: plans.get(build!)!.base }]] : [];
    }),
  );
  const sums = new Map<string, string>();
  if (fresh.size === 0) return sums;
  const places = openPlaces({ authfile: authFile, signal });
  const bases = new Map<string, Promise<Source>>();
  const readAbove = readerAbove();
  try {
    // One after the other: a database has tens of megabytes.
    for (const [digest, { image, base }] of fresh) {
      const opened = bases.get(base) ?? openBase(places, parsePinnedImage(base));
      bases.set(base, opened);
      const packages = await packagesOf(root, places, parsePinnedImage(image), (source) =>
        opened.then((base) => readAbove(base, source)),
      );
      signal?.throwIfAborted();
      if (packages.length > 0) sums.set(digest, sumOf(packages));
    }
  } finally {
    places.close();
  }
  return sums;
}

async function packagesOf(
  root: string,
  places: Places,
  image: PinnedImage,
  read: (image: Source) => Promise<InstalledPackage[] | undefined>,
): Promise<readonly InstalledPackage[]> {
  const name = formatImageRef(image);
  const known = await rememberedPackages(root, name);
  if (known !== undefined) return known;
  try {
    const source = await openSource(image, { registry: await places.pushed(image), ref: image });
    const packages = (await read(source)) ?? [];
    if (packages.length > 0) await rememberPackages(root, name, packages);
    return packages;
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    // It is pushed and verified: what else is to be known of it keeps nobody from pinning it.
    return [];
  }
}

async function openBase(places: Places, base: PinnedImage): Promise<Source> {
  return places.pulled(base, (place) => openSource(base, place));
}

/** `name-epoch:version-release.arch` a line, sorted. */
function sumOf(packages: readonly InstalledPackage[]): string {
  const lines = packages.map(({ name, epoch, version, release, arch }) => {
    return `${name}-${epoch}:${version}-${release}${arch === undefined ? '' : `.${arch}`}\n`;
  });
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}
