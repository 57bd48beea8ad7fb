import type { Registry } from './client.ts';
import { readLayer } from './layer.ts';
import type { Descriptor, ImageManifest } from './manifest.ts';

export interface ImageFile {
  readonly repository: string;
  readonly image: ImageManifest;
  /** Without a slash at its start. */
  readonly path: string;
  readonly limits: {
    /** Bytes of the file. */
    readonly file: number;
    /** Bytes of all layers that are looked into, as they are stored: older ones are not. */
    readonly layers: number;
    /** Bytes of a layer, unpacked. */
    readonly unpacked: number;
  };
}

/** Where a layer leaves a file as those below it have it, gives it anew, or takes it away. */
type Found = Buffer | 'removed' | undefined;

/** The content of a file in an image, from the newest layer that has it; undefined where none within the limits has. */
export async function readImageFile(registry: Registry, file: ImageFile): Promise<Buffer | undefined> {
  const { repository, image, limits } = file;
  let left = limits.layers;
  for (const layer of image.layers.toReversed()) {
    left -= layer.size;
    if (left < 0) return undefined;
    const found = await registry.readBlob(repository, layer, (bytes) => findIn(bytes, file, layer));
    if (found !== undefined) return found === 'removed' ? undefined : found;
  }
  return undefined;
}

async function findIn(
  bytes: AsyncIterable<Buffer>,
  { repository, path, limits }: ImageFile,
  { digest }: Descriptor,
): Promise<Found> {
  const removals = whiteouts(path);
  let found: Found;
  const options = { name: `the layer ${repository}@${digest}`, limit: limits.unpacked };
  await readLayer(bytes, options, async (entry) => {
    // A layer's whiteouts are about the layers below it only, wherever in the tar they are.
    if (entry.path === path && entry.type === 'file') found = await entry.content(limits.file);
    else if (removals.has(entry.path)) found ??= 'removed';
  });
  return found;
}

/** The marks that take away a path: its own, those of the folders it is in, and those that empty such a folder. */
export function whiteouts(path: string): Set<string> {
  const parts = path.split('/');
  return new Set(
    parts.flatMap((part, index) => {
      const folder = parts.slice(0, index).map((parent) => `${parent}/`);
      return [`${folder.join('')}.wh.${part}`, `${folder.join('')}.wh..wh..opq`];
    }),
  );
}
