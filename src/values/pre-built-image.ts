import { type PinnedImage, parseOsImage } from './image-ref.ts';
import { isCanonical, isRecordable } from './push-spec.ts';
import { show, ValueError, value } from './value.ts';

/** An image that an on-cluster build can start from: by digest, and in a form that the operator can record. */
export const preBuiltImage = value((text): PinnedImage => {
  const image = parseOsImage(text);
  if (!isCanonical(image)) {
    throw new ValueError(
      `${show(text)} is not in its canonical form`,
      'Write docker.io/<namespace>/<name>@sha256:….',
    );
  }
  if (!isRecordable(image)) {
    throw new ValueError(
      `the operator cannot record ${show(text)}`,
      'The status field holds one namespace, and the host needs a dot: host/namespace/name@sha256:….',
    );
  }
  return image;
});
