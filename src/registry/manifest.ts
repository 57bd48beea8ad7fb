import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../values/digest.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** An image's manifest: https://github.com/opencontainers/image-spec/blob/main/manifest.md. Docker's second schema is the same to us. */
export interface ImageManifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** An entry of an image index: https://github.com/opencontainers/image-spec/blob/main/image-index.md. Docker's list is the same to us. */
export interface IndexEntry extends Descriptor {
  readonly platform?: { readonly architecture?: string; readonly os?: string };
}

/** The part of an image's configuration that is looked at. */
export interface ImageConfig {
  readonly architecture?: string;
  readonly os?: string;
  /** When it was made, in the form of RFC 3339. */
  readonly created?: string;
  /** The sums of its layers, unpacked, the oldest first. */
  readonly rootfs?: { readonly diff_ids?: readonly string[] };
  readonly config?: { readonly Labels?: Readonly<Record<string, string>> | null };
}

/** Of one image. */
export const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

export const MANIFEST_TYPES = [
  ...IMAGE_TYPES,
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

export function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

/** A JSON object, or undefined. */
export function parseObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof content === 'object' && content !== null && !Array.isArray(content)
      ? (content as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** undefined for an index (several images, one per architecture), and for whatever else a registry may hold. */
export function asImageManifest(content: Readonly<Record<string, unknown>>): ImageManifest | undefined {
  const { config, layers, manifests } = content;
  if (manifests !== undefined || !isDescriptor(config) || !Array.isArray(layers)) return undefined;
  return layers.every(isDescriptor) ? { config, layers } : undefined;
}

/** The images that an index is made of; none for an image. */
export function childrenOf({ manifests }: Readonly<Record<string, unknown>>): Digest[] {
  return Array.isArray(manifests) ? manifests.filter(isDescriptor).map(({ digest }) => digest) : [];
}

/** What an index says of itself, as the labels of an image do. */
export function annotationsOf({
  annotations,
}: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return (annotations ?? {}) as Readonly<Record<string, string>>;
}

/** The entries of an index; undefined for what is none. */
export function asIndex(content: Readonly<Record<string, unknown>>): readonly IndexEntry[] | undefined {
  const { manifests } = content;
  return Array.isArray(manifests) && manifests.every(isDescriptor) ? manifests : undefined;
}

function isDescriptor(content: unknown): content is Descriptor {
  const { digest, size } = (content ?? {}) as Partial<Descriptor>;
  return typeof digest === 'string' && /^sha256:[0-9a-f]{64}$/.test(digest) && Number.isSafeInteger(size);
}
