import { failure, type LayersError } from '../diagnostics.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import type { Registry } from './client.ts';
import { annotationsOf, asIndex } from './manifest.ts';
import { type Expectation, type VerifiedImage, verifyImage } from './verify.ts';

/** What an index has to be: its own mark, and one image for each architecture, no more. */
export interface IndexExpectation {
  readonly annotation: Expectation['label'];
  readonly images: readonly Expectation[];
}

/** Fetches an index back by its digest, and every image of it. What nodes pull is at most `pullSize`. */
export async function verifyIndex(
  registry: Registry,
  ref: PinnedImage,
  { annotation, images }: IndexExpectation,
): Promise<VerifiedImage> {
  const name = formatImageRef(ref);
  const { bytes, content, mediaType, digest } = await registry.getManifest(ref);
  const entries = asIndex(content);
  const annotations = annotationsOf(content);
  if (entries === undefined) throw mismatch(`${name} is not an index of images`);
  const said = entries.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
  const wanted = images.map(({ architecture }) => `linux/${architecture}`);
  if ([...said].sort().join() !== [...wanted].sort().join()) {
    throw mismatch(`${name} is for ${said.join(', ')}, and not for ${wanted.join(', ')}`);
  }
  if (annotations[annotation.key] !== annotation.value) {
    throw mismatch(`${name} has not the annotation ${annotation.key} with ${annotation.value}`);
  }
  const verified = await Promise.all(
    images.map((expected) => {
      const entry = entries.find(({ platform }) => platform?.architecture === expected.architecture)!;
      return verifyImage(registry, { ...ref, digest: entry.digest }, expected);
    }),
  );
  return {
    ...{ mediaType, size: bytes.length, configDigest: digest, labels: annotations },
    pullSize: Math.max(...verified.map(({ pullSize }) => pullSize)),
  };
}

function mismatch(message: string): LayersError {
  return failure('remote', 'image-mismatch', message, {
    hint: 'This digest is not what was to be built: build again, and look at who else pushes to this repository.',
  });
}
