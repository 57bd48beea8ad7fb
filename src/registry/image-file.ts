import type { Registry } from './client.ts';
import { readLayer } from './layer.ts';
import type { Descriptor, ImageManifest } from './manifest.ts';

export interface Limits {
  /** Bytes of a file. */
  readonly file: number;
  /** Bytes of all layers that are looked into, as they are stored: older ones are not. */
  readonly layers: number;
  /** Bytes of a layer, unpacked. */
  readonly unpacked: number;
}

export interface ImageFile {
  readonly repository: string;
  readonly image: ImageManifest;
  /** Without a slash at its start. */
  readonly path: string;
  readonly limits: Limits;
}

export interface ImageFiles extends Omit<ImageFile, 'path'> {
  readonly paths: readonly string[];
  /** Whether older layers need not be looked into, once those that were have these. @default all are found or removed */
  readonly isEnough?: (found: ReadonlyMap<string, Buffer>) => boolean;
}

/** Where a layer gives a file anew, makes it another name of one that it has, or takes it away. */
type Found = Buffer | { readonly link: string } | 'removed';

/** The content of a file in an image, from the newest layer that has it; undefined where none within the limits has. */
export async function readImageFile(
  registry: Registry,
  { path, ...file }: ImageFile,
): Promise<Buffer | undefined> {
  return (await readImageFiles(registry, { ...file, paths: [path] })).get(path);
}

/** The contents of files in an image, by path, each from the newest layer that has it. No layer is read twice but for hard links. */
export async function readImageFiles(
  registry: Registry,
  files: ImageFiles,
  followsLinks = true,
): Promise<Map<string, Buffer>> {
  const { repository, image, limits, isEnough = () => false } = files;
  const contents = new Map<string, Buffer>();
  const open = new Set(files.paths);
  let left = limits.layers;
  for (const [index, layer] of [...image.layers.entries()].reverse()) {
    left -= layer.size;
    if (left < 0 || open.size === 0 || isEnough(contents)) break;
    const found = await registry.readBlob(repository, layer, (bytes) => findIn(bytes, files, open, layer));
    for (const [path, what] of found) {
      open.delete(path);
      if (what === 'removed') continue;
      if (Buffer.isBuffer(what)) contents.set(path, what);
      else if (followsLinks) {
        // Images of ostree have each file as an object, and its path as a hard link to that. A link to a link could go on for ever.
        const layers = image.layers.slice(0, index + 1);
        const linked = { repository, image: { ...image, layers }, paths: [what.link], limits };
        const content = (await readImageFiles(registry, linked, false)).get(what.link);
        if (content !== undefined) contents.set(path, content);
      }
    }
  }
  return contents;
}

async function findIn(
  bytes: AsyncIterable<Buffer>,
  { repository, limits }: ImageFiles,
  paths: ReadonlySet<string>,
  { digest }: Descriptor,
): Promise<Map<string, Found>> {
  const removals = new Map([...paths].map((path) => [path, whiteouts(path)]));
  const found = new Map<string, Found>();
  const options = { name: `the layer ${repository}@${digest}`, limit: limits.unpacked };
  await readLayer(bytes, options, async (entry) => {
    if (paths.has(entry.path)) {
      if (entry.type === 'file') found.set(entry.path, await entry.content(limits.file));
      // In a tar a hard link's target is from the root, as its paths are.
      const link = entry.type === 'link' ? entry.target?.replace(/^(?:\.?\/)+/, '') : undefined;
      if (link !== undefined) found.set(entry.path, { link });
      return;
    }
    // A layer's whiteouts are about the layers below it only, wherever in the tar they are.
    for (const [path, marks] of removals)
      if (marks.has(entry.path) && !found.has(path)) found.set(path, 'removed');
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
