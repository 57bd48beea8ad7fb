import { type Diagnostic, failure } from '../diagnostics.ts';
import { type Image, readImage } from '../registry/image.ts';
import { readImageFile } from '../registry/image-file.ts';
import { openPlaces, type Place } from '../registry/places.ts';
import type { OneRelease } from '../spec/release-info.ts';
import { type Architecture, rpmArchitecture } from '../values/architecture.ts';
import { formatImageRef, type ImageRef, parseImageRef } from '../values/image-ref.ts';
import { ValueError } from '../values/value.ts';
import { withAdvice } from './release-advice.ts';
import { releaseIn } from './release-document.ts';
import { addOs } from './release-os.ts';

export interface PayloadOptions {
  readonly version: string;
  readonly architecture: Architecture;
  /** The payload, by tag or digest, or its repository; undefined for the one at quay.io. */
  readonly payload?: string | undefined;
  readonly authfile?: string | undefined;
  /** Called before each image that is read. */
  readonly onRead?: ((image: string) => void) | undefined;
}

export interface Payload {
  readonly release: OneRelease;
  /** The payload by digest: what an advisory names. */
  readonly image: string;
  readonly notes: readonly Diagnostic[];
}

const REPOSITORY = 'quay.io/openshift-release-dev/ocp-release';
const FILE = 'release-manifests/image-references';
// Several times what payloads have: a file of 200 KB in a newest layer of a few MB, on layers of 170 MB together.
const LIMITS = { file: 16 << 20, layers: 512 << 20, unpacked: 1 << 30 };

/** Reads a release from its payload in a registry, and its kernel from the OS image that the payload names. */
export async function readPayload(options: PayloadOptions): Promise<Payload> {
  const { version, architecture, authfile, onRead = () => {} } = options;
  const ref = payloadRef(options);
  const places = openPlaces({ authfile });
  const read = (image: ImageRef): Promise<PlacedImage> => {
    onRead(formatImageRef(image));
    return places.pulled(image, async (place) => ({
      ...(await readImage(place.registry, place.ref, architecture)),
      place,
    }));
  };
  try {
    const image = await read(ref).catch((error) => {
      throw withAdvice(error, ref, options);
    });
    const release = releaseIn(await references(image, ref), version, architecture, formatImageRef(ref));
    const { registry, repository } = ref;
    const mirror = formatImageRef({ registry, repository }) === REPOSITORY ? undefined : ref;
    const os = await addOs(release, { mirror, read });
    return { ...os, image: formatImageRef({ registry, repository, digest: image.digest }) };
  } finally {
    places.close();
  }
}

/** An image, and where it was read: the rest of it is there, too. */
type PlacedImage = Image & { readonly place: Place };

/** Where the payload is. Its repository alone means the tag that quay.io has, and that `oc adm release mirror` keeps. */
function payloadRef({ version, architecture, payload = REPOSITORY }: PayloadOptions): ImageRef {
  try {
    const ref = parseImageRef(payload);
    const tag = `${version}-${rpmArchitecture(architecture)}`;
    return ref.tag === undefined && ref.digest === undefined ? { ...ref, tag } : ref;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw failure(
      'input',
      'payload-name',
      `--payload: ${error.message}`,
      error.hint ? { hint: error.hint } : {},
    );
  }
}

async function references({ manifest, labels, place }: PlacedImage, ref: ImageRef): Promise<string> {
  // An OS image has gigabytes of layers, none of which has to be read to see what it is.
  const isOs = ['ostree.linux', 'ostree.bootable', 'containers.bootc'].some((label) => label in labels);
  const file = isOs
    ? undefined
    : await readImageFile(place.registry, {
        repository: place.ref.repository,
        image: manifest,
        path: FILE,
        limits: LIMITS,
      });
  if (file !== undefined) return file.toString('utf8');
  const what = isOs
    ? 'an OS image, and not the payload of a release'
    : `not the payload of a release: it has no ${FILE}`;
  throw failure('input', 'not-a-payload', `${formatImageRef(ref)} is ${what}`, {
    hint: 'The payload is the image that `oc adm release info` takes, such as …/ocp-release:4.19.3-x86_64: it names the OS image.',
  });
}
