import { failure } from '../diagnostics.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import { show } from '../values/value.ts';
import type { Registry } from './client.ts';
import { asImageManifest, type ImageConfig, type ImageManifest } from './manifest.ts';

export interface Image {
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reads what an image says of itself. One of another architecture, or of several, is refused. */
export async function readImage(registry: Registry, ref: ImageRef, architecture: string): Promise<Image> {
  const { digest, content } = await registry.getManifest(ref);
  const manifest = asImageManifest(content);
  if (manifest === undefined) {
    throw refused(ref, `is not one image for ${architecture}, but an index of several, or no image at all`);
  }
  const config = await registry.getConfig(ref.repository, manifest.config.digest);
  if (config.architecture !== architecture) {
    const actual = config.architecture ? show(config.architecture) : 'no architecture';
    throw refused(ref, `is for ${actual}, and not for ${architecture}`);
  }
  return { digest, manifest, config, labels: config.config?.Labels ?? {} };
}

function refused(ref: ImageRef, why: string): Error {
  return failure('remote', 'another-architecture', `${formatImageRef(ref)} ${why}`, {
    hint: 'Name the image of this one architecture.',
  });
}
