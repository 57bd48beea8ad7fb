import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import type { Digest } from '../values/digest.ts';
import { formatImageRef, type PinnedImage } from '../values/image-ref.ts';
import { show } from '../values/value.ts';
import type { Registry } from './client.ts';
import { asImageManifest } from './manifest.ts';

/** What an image has to be, so that its digest may be believed. */
export interface Expectation {
  /** The label that says from what the image was built. */
  readonly label: { readonly key: string; readonly value: string };
  /** In Go's words, as in every image: amd64, arm64, ppc64le, s390x. */
  readonly architecture: string;
}

export interface VerifiedImage {
  readonly mediaType: string;
  /** Bytes of the manifest, as in a descriptor. */
  readonly size: number;
  /** Bytes that a node pulls which has none of it: the layers, compressed, and the configuration. */
  readonly pullSize: number;
  /** Of the configuration, which covers all that is in the image. An index has none: its own. */
  readonly configDigest: Digest;
  readonly labels: Readonly<Record<string, string>>;
}

/** Fetches an image back by its digest, and compares. Throws all that differs at once. */
export async function verifyImage(
  registry: Registry,
  ref: PinnedImage,
  expect: Expectation,
): Promise<VerifiedImage> {
  const name = formatImageRef(ref);
  const { bytes, content, mediaType } = await registry.getManifest(ref);
  const manifest = asImageManifest(content);
  if (manifest === undefined) {
    throw failure('remote', 'image-mismatch', `${name} is not an image, but ${kindOf(content, mediaType)}`, {
      hint: 'Where one architecture is asked for, its digest is that of one image.',
    });
  }
  const config = await registry.getConfig(ref.repository, manifest.config.digest);
  const labels = config.config?.Labels ?? {};
  const differences = [
    ...architectureDiffers(config.architecture, expect.architecture),
    ...labelDiffers(labels, expect.label),
  ];
  if (differences.length > 0) {
    throw new LayersError(differences.map((difference) => mismatch(`${name} ${difference}`)));
  }
  const pullSize = [manifest.config, ...manifest.layers].reduce((sum, { size }) => sum + size, 0);
  return { mediaType, size: bytes.length, pullSize, configDigest: manifest.config.digest, labels };
}

function kindOf(content: Readonly<Record<string, unknown>>, mediaType: string): string {
  return Array.isArray(content.manifests)
    ? `an index of ${content.manifests.length} (${mediaType})`
    : mediaType || 'something else';
}

function architectureDiffers(actual: string | undefined, wanted: string): string[] {
  if (actual === wanted) return [];
  return [`is for ${actual ? show(actual) : 'no architecture'}, and not for ${show(wanted)}`];
}

function labelDiffers(
  labels: Readonly<Record<string, string>>,
  { key, value }: Expectation['label'],
): string[] {
  if (!Object.hasOwn(labels, key)) return [`has no label ${key}, which should be ${show(value)}`];
  if (labels[key] === value) return [];
  return [`has the label ${key} with ${show(String(labels[key]))}, and not with ${show(value)}`];
}

function mismatch(message: string): Diagnostic {
  return {
    code: 'image-mismatch',
    severity: 'error',
    source: 'remote',
    message,
    hint: 'This digest is not the image that was to be built: build again, and look at who else pushes to this repository.',
  };
}
