import { failure } from '../diagnostics.ts';
import type { Places } from '../registry/places.ts';
import type { InstalledPackage } from '../rpm/header.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { rememberedPackages, rememberPackages } from './diff/package-cache.ts';
import { openSource, type Reading, readOne } from './diff/package-reader.ts';

export interface ImagePackagesOptions {
  readonly root: string;
  readonly places: Places;
  readonly onRead: (reading: Reading) => void;
}

/** The packages of an OS image: as they are known here, or from its own database without running it. */
export async function imagePackages(
  image: PinnedImage,
  architecture: string,
  { root, places, onRead }: ImagePackagesOptions,
): Promise<readonly InstalledPackage[]> {
  const name = formatImageRef(image);
  const known = await rememberedPackages(root, name, architecture);
  if (known !== undefined) return known;
  const packages = await places.pulled(image, async (place) =>
    readOne(await openSource(image, place, architecture), onRead),
  );
  if (packages.length === 0) {
    throw failure('remote', 'rpmdb-missing', `${name} has no rpm database: it is no OS image`, {
      hint: 'The OS image of a release is its rhel-coreos.',
    });
  }
  await rememberPackages(root, name, architecture, packages);
  return packages;
}
