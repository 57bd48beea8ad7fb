import { readImage } from '../../registry/image.ts';
import { type LayerFile, readLayerFiles } from '../../registry/layer-files.ts';
import type { Descriptor } from '../../registry/manifest.ts';
import type { Place } from '../../registry/places.ts';
import { DATABASES, readPackages } from '../../rpm/database.ts';
import type { InstalledPackage } from '../../rpm/header.ts';
import { formatImageRef, type ImageRef } from '../../values/image-ref.ts';

const LOGS = DATABASES.map((path) => `${path}-wal`);
// Several times what OS images have: databases of some 50 MB, and layers of 3 GB.
const LIMITS = { file: 512 << 20, unpacked: 16 * 2 ** 30 };

/** A layer that is about to be read. */
export interface Reading {
  readonly image: string;
  /** From 1, the newest first. */
  readonly layer: number;
  readonly of: number;
  readonly bytes: number;
}

/** An image whose packages are wanted. */
export interface Source {
  readonly ref: ImageRef;
  readonly place: Place;
  readonly layers: readonly Descriptor[];
  /** The sums of the layers as they are unpacked: a push may pack them in another way. */
  readonly unpacked: readonly string[];
}

type LayerFiles = ReadonlyMap<string, LayerFile>;

/** `architecture` says which of an index; an image of another one is refused. */
export async function openSource(ref: ImageRef, place: Place, architecture: string): Promise<Source> {
  const { manifest, config } = await readImage(place.registry, place.ref, architecture);
  const unpacked = config.rootfs?.diff_ids ?? [];
  return { ref, place, layers: manifest.layers, unpacked };
}

/**
 * The packages of two images, from the databases in their layers, the newest first. Layers that both have are read once,
 * and not at all where nothing above them touched the database: then it is the same one, and the answer is undefined.
 */
export async function readBoth(
  before: Source,
  after: Source,
  onRead: (reading: Reading) => void,
): Promise<readonly [InstalledPackage[], InstalledPackage[]] | undefined> {
  const read = rememberingReader(onRead);
  const shared = sharedLayers(before.layers, after.layers);
  const [old, now] = [new Search(before, read), new Search(after, read)];
  await Promise.all([old.downTo(shared), now.downTo(shared)]);
  if (old.isUntouched && now.isUntouched) return undefined;
  await Promise.all([old.downTo(0), now.downTo(0)]);
  return Promise.all([old.packages(), now.packages()]);
}

/** The packages of an image, from the database in its layers, the newest first. */
export async function readOne(
  source: Source,
  onRead: (reading: Reading) => void,
): Promise<InstalledPackage[]> {
  const search = new Search(source, rememberingReader(onRead));
  await search.downTo(0);
  return search.packages();
}

/**
 * The packages of images, where their layers above a base have changed them; else undefined, and nothing of the base is
 * read. Layers that several images have are read once where they have no database: those are not kept.
 */
export function readerAbove(): (base: Source, image: Source) => Promise<InstalledPackage[] | undefined> {
  const untouched = new Map<string, LayerFiles>();
  const read: ReadLayer = async (source, index, paths) => {
    const key = keyOf(source, index, paths);
    const files = untouched.get(key) ?? (await readLayerOf(source, index, paths));
    if ([...files.values()].every(isNothing)) untouched.set(key, files);
    return files;
  };
  return (base, image) => readAbove(base, image, read);
}

async function readAbove(
  base: Source,
  image: Source,
  read: ReadLayer,
): Promise<InstalledPackage[] | undefined> {
  const search = new Search(image, read);
  const differs = image.unpacked.findIndex((sum, index) => sum !== base.unpacked[index]);
  await search.downTo(differs < 0 ? image.layers.length : differs);
  if (search.isUntouched) return undefined;
  await search.downTo(0);
  return search.packages();
}

/** How many layers, from the oldest, two images have in common. */
function sharedLayers(a: readonly Descriptor[], b: readonly Descriptor[]): number {
  const differs = a.findIndex(({ digest }, index) => digest !== b[index]?.digest);
  return differs < 0 ? a.length : differs;
}

type ReadLayer = (source: Source, index: number, paths: readonly string[]) => Promise<LayerFiles>;

function rememberingReader(onRead: (reading: Reading) => void): ReadLayer {
  const known = new Map<string, Promise<LayerFiles>>();
  return (source, index, paths) => {
    const { layers, ref } = source;
    const key = keyOf(source, index, paths);
    const before = known.get(key);
    if (before !== undefined) return before;
    onRead({
      image: formatImageRef(ref),
      layer: layers.length - index,
      of: layers.length,
      bytes: layers[index]!.size,
    });
    const files = readLayerOf(source, index, paths);
    known.set(key, files);
    return files;
  };
}

function keyOf({ layers }: Source, index: number, paths: readonly string[]): string {
  return [layers[index]!.digest, ...paths].join(' ');
}

function readLayerOf(
  { place, layers }: Source,
  index: number,
  paths: readonly string[],
): Promise<LayerFiles> {
  const { registry, ref } = place;
  return readLayerFiles(registry, ref.repository, layers[index]!, { paths, limits: LIMITS });
}

/** A log without a line: whoever only asks rpm leaves one. */
function isNothing(file: LayerFile): boolean {
  return file instanceof Buffer && file.length === 0;
}

/** A look through an image's layers for its database, that can stop and go on. */
class Search {
  readonly #source: Source;
  readonly #read: ReadLayer;
  #next: number;
  /** What the layers so far say of each path, the newest first. */
  readonly #files = new Map<string, Buffer | 'removed'>();

  constructor(source: Source, read: ReadLayer) {
    this.#source = source;
    this.#read = read;
    this.#next = source.layers.length - 1;
  }

  /** Whether no layer so far changed a database. */
  get isUntouched(): boolean {
    return [...this.#files.values()].every(isNothing);
  }

  /** Looks at the layers from this one on, until there is a database. */
  async downTo(first: number): Promise<void> {
    while (this.#database() === undefined && this.#next >= first) {
      const index = this.#next--;
      const found = await this.#read(this.#source, index, [...DATABASES, ...LOGS]);
      for (const [path, file] of found) {
        if (this.#files.has(path)) continue;
        const content =
          typeof file === 'object' && 'link' in file ? await this.#linked(index, file.link) : file;
        if (content !== undefined) this.#files.set(path, content);
      }
    }
  }

  async packages(): Promise<InstalledPackage[]> {
    const path = this.#database();
    const name = formatImageRef(this.#source.ref);
    // An image without rpm has no packages of it.
    if (path === undefined) return [];
    // A log is written with every change of its database: one further down is of an older one.
    const log = this.#files.get(`${path}-wal`);
    return readPackages(
      this.#files.get(path) as Buffer,
      log instanceof Buffer && log.length > 0 ? log : undefined,
      name,
    );
  }

  #database(): string | undefined {
    return DATABASES.find((path) => this.#files.get(path) instanceof Buffer);
  }

  async #linked(index: number, target: string): Promise<Buffer | undefined> {
    const file = (await this.#read(this.#source, index, [target])).get(target);
    return file instanceof Buffer ? file : undefined;
  }
}
