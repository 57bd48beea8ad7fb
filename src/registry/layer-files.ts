import type { Registry } from './client.ts';
import { whiteouts } from './image-file.ts';
import { readLayer } from './layer.ts';
import type { Descriptor } from './manifest.ts';

/** What a layer has of a file: its bytes, the path that it is a hard link to, or that it takes the file away. */
export type LayerFile = Buffer | { readonly link: string } | 'removed';

export interface LayerFilesOptions {
  /** Without a slash at their start. */
  readonly paths: readonly string[];
  readonly limits: {
    /** Bytes of a file. */
    readonly file: number;
    /** Bytes of a layer, unpacked. */
    readonly unpacked: number;
  };
}

/** What one layer has of these files, whatever the layers below it have. */
export async function readLayerFiles(
  registry: Registry,
  repository: string,
  layer: Descriptor,
  { paths, limits }: LayerFilesOptions,
): Promise<ReadonlyMap<string, LayerFile>> {
  const removals = paths.map((path) => ({ path, marks: whiteouts(path) }));
  return registry.readBlob(repository, layer, async (bytes) => {
    const found = new Map<string, LayerFile>();
    const removed = new Set<string>();
    const options = { name: `the layer ${repository}@${layer.digest}`, limit: limits.unpacked };
    await readLayer(bytes, options, async (entry) => {
      for (const { path, marks } of removals) if (marks.has(entry.path)) removed.add(path);
      if (!paths.includes(entry.path)) return;
      if (entry.type === 'file') found.set(entry.path, await entry.content(limits.file));
      // Of an ostree commit, a layer has the objects, and the files as links to them.
      else if (entry.type === 'link' && entry.target !== undefined)
        found.set(entry.path, { link: entry.target.replace(/^(?:\.?\/)+/, '') });
    });
    // A layer's whiteouts are about the layers below it only, wherever in the tar they are.
    for (const path of removed) if (!found.has(path)) found.set(path, 'removed');
    return found;
  });
}
