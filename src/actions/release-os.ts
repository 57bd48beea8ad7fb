import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import type { Image } from '../registry/image.ts';
import { ELSEWHERE } from '../registry/places.ts';
import { releaseImages } from '../spec/release.ts';
import { elOf, elOfKernel, type OneRelease } from '../spec/release-info.ts';
import { formatImageRef, type ImageRef, parsePinnedImage } from '../values/image-ref.ts';
import { PULL_SECRET } from './release-advice.ts';

export interface OsOptions {
  /** The payload, where it is not at quay.io: what has it may have the OS image, too. */
  readonly mirror: ImageRef | undefined;
  read(image: ImageRef): Promise<Image>;
}

/** Adds what only the OS image says: its kernel, and the RHEL under it where the payload does not say that. */
export async function addOs(
  release: OneRelease,
  options: OsOptions,
): Promise<{ release: OneRelease; notes: Diagnostic[] }> {
  const { labels } = await readOs(release, options);
  const { el: said, ...others } = release.images;
  const kernel = valid('kernel', labels['ostree.linux']);
  const version = labels['org.opencontainers.image.version'] ?? labels.version ?? '';
  const el = said ?? valid('el', elOf(version) ?? elOfKernel(kernel ?? ''));
  const images = { ...others, ...(kernel !== undefined && { kernel }), ...(el !== undefined && { el }) };
  return { release: { ...release, images }, notes: kernel === undefined ? [noKernel(release)] : [] };
}

/** A label's text where the document may have it: labels are whoever's who made the image. */
function valid(key: 'kernel' | 'el', text: string | undefined): string | undefined {
  return releaseImages.shape[key].safeParse(text).success ? text : undefined;
}

function noKernel({ name, images }: OneRelease): Diagnostic {
  return {
    code: 'no-kernel-label',
    severity: 'warning',
    source: 'remote',
    message: `the OS image of ${name} has no label ostree.linux with its kernel: \`kernel\` is left out`,
    hint: `Steps that ask for \${release.kernel} need it: podman run --rm ${images['rhel-coreos']} rpm -q --qf '%{version}-%{release}.%{arch}' kernel-core`,
  };
}

async function readOs(release: OneRelease, { mirror, read }: OsOptions): Promise<Image> {
  const failures: Diagnostic[] = [];
  for (const place of placesOf(release.images['rhel-coreos'], mirror)) {
    try {
      return await read(place);
    } catch (error) {
      if (!(error instanceof LayersError)) throw error;
      failures.push(...error.diagnostics);
      if (!error.diagnostics.every(({ code }) => ELSEWHERE.has(code))) break;
    }
  }
  const last = failures.at(-1)!;
  const denied = failures.some(({ code }) => code === 'registry-denied');
  throw failure('remote', last.code, `the OS image of ${release.name} cannot be read: ${last.message}`, {
    hint: [
      last.hint,
      denied ? PULL_SECRET : undefined,
      ELSEWHERE.has(last.code)
        ? 'Without the kernel, the release can be added from a file: --from release.txt'
        : undefined,
    ]
      .filter(Boolean)
      .join('\n'),
    ...(failures.length > 1 && {
      detail: failures
        .slice(0, -1)
        .map(({ message }) => message)
        .join('\n'),
    }),
  });
}

/**
 * Where the OS image may be, by its digest: the mirror first, because where there is one, quay.io is often out of reach.
 * `oc adm release mirror` puts all images of a release into one repository; oc-mirror puts payloads into
 * `openshift/release-images`, and the rest into `openshift/release`.
 */
function placesOf(image: string, mirror: ImageRef | undefined): ImageRef[] {
  const own = parsePinnedImage(image);
  if (mirror === undefined) return [own];
  const { registry, repository } = mirror;
  const sibling = repository.replace(/release-images$/, 'release');
  const places = [repository, sibling].map((name) => ({ registry, repository: name, digest: own.digest }));
  return [...new Map([...places, own].map((place) => [formatImageRef(place), place])).values()];
}
