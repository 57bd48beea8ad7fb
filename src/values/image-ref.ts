import { DIGEST, type Digest, parseDigest } from './digest.ts';
import { show, ValueError, value } from './value.ts';

/** A fully qualified image name. Short names and the implied docker.io of other tools are errors here: nodes do not guess. */
export interface ImageRef {
  /** Host, and port if any: `quay.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

// The grammar of the distribution project: https://pkg.go.dev/github.com/distribution/reference
const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

const within = ({ source }: RegExp) => source.slice(1, -1);
/** All of the above but the lengths, as one pattern. */
const NAME = `(?=localhost/|[^/]*[.:])(?:${within(HOST)})/${within(COMPONENT)}(?:/${within(COMPONENT)})*`;
const REPOSITORY = new RegExp(`^${NAME}$`);
const REFERENCE = new RegExp(`^${NAME}(?::${within(TAG)})?(?:@${within(DIGEST)})?$`);
export const PINNED = new RegExp(`^${NAME}(?::${within(TAG)})?@${within(DIGEST)}$`);

export function parseImageRef(text: string): ImageRef {
  const [name, digestText, ...more] = text.split('@');
  if (more.length > 0 || name === undefined) throw new ValueError(`${show(text)} is not an image reference`);
  const slash = name.indexOf('/');
  const registry = name.slice(0, slash);
  if (slash < 1 || !(registry === 'localhost' || /[.:]/.test(registry)) || !HOST.test(registry)) {
    throw new ValueError(
      `${show(text)} does not say which registry it is in`,
      'Write it out: registry.example.com/team/image.',
    );
  }
  const path = name.slice(slash + 1);
  const colon = path.indexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : path.slice(colon + 1);
  if (repository.length > 255 || !repository.split('/').every((component) => COMPONENT.test(component))) {
    throw new ValueError(
      `${show(repository)} is not a repository path`,
      'Use lower-case letters and digits, separated by single dots, underscores or dashes, and slashes.',
    );
  }
  if (tag !== undefined && !TAG.test(tag)) throw new ValueError(`${show(tag)} is not a tag`);
  return {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digestText !== undefined && { digest: parseDigest(digestText) }),
  };
}

export function formatImageRef({ registry, repository, tag, digest }: ImageRef): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** An image by digest. A tag would be another image tomorrow, without any change in git. */
export type PinnedImage = ImageRef & { readonly digest: Digest };

export function parsePinnedImage(text: string): PinnedImage {
  const ref = parseImageRef(text);
  if (ref.digest === undefined) {
    throw new ValueError(
      `${show(text)} has no digest`,
      `Pin it: ${formatImageRef({ ...ref, tag: undefined })}@sha256:… (\`skopeo inspect --format '{{.Digest}}' docker://${text}\` prints it).`,
    );
  }
  return { registry: ref.registry, repository: ref.repository, digest: ref.digest };
}

export const pinnedImage = value(parsePinnedImage, { pattern: PINNED });

/** An OS image. A release's payload, which its name and some documents suggest, has no OS in it. */
export const osImage = value(parseOsImage, { pattern: PINNED });

export function parseOsImage(text: string): PinnedImage {
  const image = parsePinnedImage(text);
  // oc-mirror puts payloads into release-images, and the images of a release into release.
  if (!/(?:^|\/)(?:ocp-release(?:-nightly)?|release-images)$/.test(image.repository)) return image;
  throw new ValueError(
    `${show(text)} is the payload of a release, and not an OS image`,
    `The OS image is what \`oc adm release info --image-for rhel-coreos ${text}\` prints.`,
  );
}

/** Where images are pushed to: a repository, whose tags are ours to choose. */
export const imageRepository = value(parseImageRepository, { pattern: REPOSITORY });

function parseImageRepository(text: string): ImageRef {
  const ref = parseImageRef(text);
  if (ref.digest !== undefined || ref.tag !== undefined) {
    throw new ValueError(
      `${show(text)} must be a repository, without a tag or digest`,
      `Write ${ref.registry}/${ref.repository}: the tag is the build's hash, and the digest is pinned in the lock.`,
    );
  }
  return ref;
}

/** Any full reference, tag or not. */
export const imageRef = value(parseImageRef, { pattern: REFERENCE });
