import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../diagnostics.ts';
import { readImage } from '../registry/image.ts';
import { readImageFiles } from '../registry/image-file.ts';
import type { Place, Places } from '../registry/places.ts';
import { DATABASES, readPackages } from '../rpm/database.ts';
import type { InstalledPackage } from '../rpm/header.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { atomicWrite } from './atomic-write.ts';
import { LOCAL } from './journal.ts';

// Several times what OS images have: a database of 50 MB, and 1.5 GB of layers as they are stored.
const LIMITS = { file: 512 << 20, layers: 8 * 2 ** 30, unpacked: 16 * 2 ** 30 };
const log = (database: string) => `${database}-wal`;

export interface PackageOptions {
  readonly root: string;
  readonly places: Places;
  readonly architecture: string;
  /** Called before an image is read, and not where its packages are known here. */
  readonly onRead?: ((image: string) => void) | undefined;
}

/** The packages of an image, read from its own database without running it, and kept here: what a digest names never changes. */
export async function imagePackages(
  image: PinnedImage,
  { root, places, architecture, onRead }: PackageOptions,
): Promise<readonly InstalledPackage[]> {
  const file = join(root, LOCAL, 'packages', `${image.digest.replace(':', '-')}.json`);
  const known = await readKept(file);
  if (known !== undefined) return known;
  onRead?.(formatImageRef(image));
  const packages = await places.pulled(image, (place) => readFrom(place, architecture));
  // Without a place to keep them they are read again the next time.
  await keep(root, file, packages).catch(() => {});
  return packages;
}

async function readFrom({ registry, ref }: Place, architecture: string): Promise<InstalledPackage[]> {
  const name = formatImageRef(ref);
  const { manifest } = await readImage(registry, ref, architecture);
  const files = await readImageFiles(registry, {
    repository: ref.repository,
    image: manifest,
    paths: DATABASES.flatMap((database) => [database, log(database)]),
    limits: LIMITS,
    // A log that is older than its database is none of it.
    isEnough: (found) => DATABASES.some((database) => found.has(database)),
  });
  const path = DATABASES.find((database) => files.has(database));
  if (path === undefined) {
    throw failure('remote', 'rpmdb-missing', `${name} has no rpm database: it is no OS image`, {
      hint: `One has it at ${DATABASES.map((database) => `/${database}`).join(', ')}.`,
    });
  }
  return readPackages(files.get(path)!, files.get(log(path)), name);
}

async function keep(root: string, file: string, packages: readonly InstalledPackage[]): Promise<void> {
  await atomicWrite(join(root, LOCAL, '.gitignore'), '*\n');
  await atomicWrite(file, `${JSON.stringify(packages)}\n`);
}

/** Lost or broken, it is as if it had never been read. */
async function readKept(file: string): Promise<InstalledPackage[] | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(content) && content.length > 0 && content.every(isPackage) ? content : undefined;
  } catch {
    return undefined;
  }
}

function isPackage(entry: unknown): entry is InstalledPackage {
  const { name, epoch, version, release } = (entry ?? {}) as Partial<InstalledPackage>;
  return (
    typeof name === 'string' &&
    typeof epoch === 'number' &&
    typeof version === 'string' &&
    typeof release === 'string'
  );
}
