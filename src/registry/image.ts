import { failure } from '../diagnostics.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { show } from '../values/value.ts';
import type { Registry } from './client.ts';
import { asImageManifest, asIndex, type ImageConfig, type ImageManifest } from './manifest.ts';

export interface Image {
  /** Of what was asked for, which may be an index that has it. */
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads what an image says of itself; of an index, its image for the architecture. One of another architecture is refused. */
export async function readImage(registry: Registry, ref: ImageRef, architecture: string): Promise<Image> {
  const { digest, content } = await registry.getManifest(ref);
  const manifest = await manifestFor(registry, ref, content, architecture);
  const config = await registry.getConfig(ref.repository, manifest.config.digest);
  if (config.architecture !== architecture) {
    const actual = config.architecture ? show(config.architecture) : 'no architecture';
    throw refused(ref, `is for ${actual}, and not for ${architecture}`);
  }
  return { digest, manifest, config, labels: config.config?.Labels ?? {} };
}

async function manifestFor(
  registry: Registry,
  ref: ImageRef,
  content: Readonly<Record<string, unknown>>,
  architecture: string,
): Promise<ImageManifest> {
  const index = asIndex(content);
  if (index === undefined) {
    const manifest = asImageManifest(content);
    if (manifest === undefined) throw refused(ref, 'is no image');
    return manifest;
  }
  const child = index.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === architecture,
  );
  if (child === undefined) {
    const known = index.flatMap(({ platform }) => platform?.architecture ?? []);
    throw refused(
      ref,
      `is for ${known.map(show).join(', ') || 'no architecture'}, and not for ${architecture}`,
    );
  }
  const { content: inner } = await registry.getManifest({ ...ref, tag: undefined, digest: child.digest });
  const manifest = asImageManifest(inner);
  if (manifest === undefined) throw refused(ref, `has no image for ${architecture}, but something else`);
  return manifest;
}

function refused(ref: ImageRef, why: string): Error {
  return failure('remote', 'another-architecture', `${formatImageRef(ref)} ${why}`, {
    hint: `Name the image for this architecture, or an index that has it.`,
  });
}
