import { readBuild, readPoolBuilds } from '../build/dist.ts';
import {
  architectureOf,
  copyOperatorImage,
  type OperatorImage,
  readOperatorImage,
} from '../build/operator-image.ts';
import type { Registries } from '../build/registries.ts';
import { type Diagnostic, failure, LayersError } from '../diagnostics.ts';
import { readSaved } from '../gathered/read.ts';
import type { Place } from '../registry/places.ts';
import type { Pinned } from '../spec/lock.ts';
import type { Architecture } from '../values/architecture.ts';
import { formatImageRef, type PinnedImage, parseImageRef } from '../values/image-ref.ts';
import { parsePoolId } from '../values/pool-id.ts';
import { releaseVersion } from '../values/release-version.ts';
import {
  assertNotHeld,
  type EditOptions,
  type EditResult,
  editPins,
  onlyOne,
  withRegistries,
} from './edit-pins.ts';
import { bakedFinding, configOf, releaseOf } from './pin-from/baked-config.ts';
import { type SavedImage, savedImage } from './pin-from/saved-image.ts';

export interface FromOptions extends Omit<EditOptions, 'pool'> {
  /** The pool that is to have the image; none for the one of the name that the saved objects say. */
  readonly pool?: string | undefined;
  /** A file as `oc get -o yaml` prints it, a folder of such, or a must-gather. */
  readonly from: string;
  readonly authFile?: string | undefined;
}

/** Pins a pool to an image that a cluster's operator built, of which its repository gets a copy: the operator deletes its own. */
export async function pinFrom(options: FromOptions): Promise<EditResult> {
  const { root, from } = options;
  const gathered = readSaved(from);
  const saved = savedImage({ gathered, from, root }, options.pool);
  const name = options.pool ?? poolOf(root, saved);
  return editPins({ ...options, pool: name }, 'pin', async (pools, lock) => {
    const { pool, image: own = '', build = '' } = onlyOne(pools, name);
    const known = lock.pools[pool];
    assertNotHeld(pool, known);
    const plan = readBuild(root, build);
    const architecture = architectureOf(pool, plan);
    if (formatImageRef({ ...saved.ref, tag: undefined, digest: undefined }) === own)
      throw sameRepository(pool, own);
    const copy: PinnedImage = { ...parseImageRef(own), digest: saved.ref.digest };
    return withRegistries(options, async (registries, authFile) => {
      const isHere = (await registries.find(copy)) !== undefined;
      const { image, place } = isHere
        ? await readCopy(registries, copy, architecture)
        : await readOriginal(registries, saved, architecture);
      const config = await configOf(image, place, { places: registries.places, gathered, architecture });
      const publisher = { ...options, registries, ...(authFile !== undefined && { authFile }) };
      await copyOperatorImage(publisher, isHere ? copy : saved.ref, own);
      await readCopy(registries, copy, architecture);
      const pin = pinTo(image, saved, own, releaseOf(config));
      const isSame = known?.digest === pin.digest && known.image === own && known.origin === 'operator';
      const given = { pool, repository: own, release: plan.release, image };
      return {
        pins: { [pool]: isSame ? known : pin },
        diagnostics: [bakedFinding(config, given), notHeld(pool)],
      };
    });
  });
}

interface Read {
  readonly image: OperatorImage;
  readonly place: Place;
}

async function readCopy(registries: Registries, ref: PinnedImage, architecture: Architecture): Promise<Read> {
  const place = { registry: await registries.places.pushed(ref), ref };
  return { place, image: await readOperatorImage(place, architecture) };
}

async function readOriginal(
  { places }: Registries,
  { ref }: SavedImage,
  architecture: Architecture,
): Promise<Read> {
  try {
    return await places.pulled(ref, async (place) => ({
      place,
      image: await readOperatorImage(place, architecture),
    }));
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    throw new LayersError(error.diagnostics.map((diagnostic) => withWayOut(diagnostic, ref)));
  }
}

/** What is particular about images of the operator. */
function withWayOut(diagnostic: Diagnostic, ref: PinnedImage): Diagnostic {
  const { code, message, hint = '' } = diagnostic;
  if (code === 'registry-not-found') {
    return {
      ...diagnostic,
      code: 'operator-image-gone',
      message: `${message}: the operator deletes an image with its MachineOSBuild, once no node of its own pool uses it`,
      hint: 'Save the objects anew: the pool may have another image by now. Pin it while its pool still uses it: from then on there is a copy, which nobody deletes. If it is wanted as it was, the annotation machineconfiguration.openshift.io/rebuild on the MachineOSConfig builds again.',
    };
  }
  if (code === 'registry-unreachable' && ref.registry.replace(/:\d+$/, '').endsWith('.svc')) {
    return {
      ...diagnostic,
      hint: `${ref.registry} is a registry inside of the cluster. Expose its route, and name that in registries.conf: [[registry]] with prefix = "${ref.registry}" and location = "<the route's host>".`,
    };
  }
  return { ...diagnostic, ...(hint !== '' && { hint }) };
}

function pinTo(
  { base, digest }: OperatorImage,
  { build }: SavedImage,
  image: string,
  release: string | undefined,
): Pinned {
  const known = releaseVersion.safeParse(release);
  return {
    ...{ image, digest, origin: 'operator' },
    ...(build !== undefined && { machineOSBuild: build }),
    ...(base !== undefined && { base: formatImageRef({ ...base, tag: undefined }) }),
    ...(known.success && { release: known.data }),
  };
}

/** The pool of this repository that has the name of the cluster's. */
function poolOf(root: string, { pool: name }: SavedImage): string {
  const all = readPoolBuilds(root);
  const pools = all.filter(({ by }) => by !== 'cluster').map(({ pool }) => pool);
  const [only, ...others] = pools.filter((pool) => parsePoolId(pool).pool === name);
  if (only !== undefined && others.length === 0) return only;
  const why =
    only !== undefined
      ? `the image is of the pool ${name}, and there are several of that name`
      : all.some(({ pool }) => parsePoolId(pool).pool === name)
        ? `the image is of the pool ${name}, which its cluster builds: it has no pin`
        : `the image is of the pool ${name}, and there is none of that name`;
  const known = only === undefined ? pools : [only, ...others];
  throw failure('input', 'pool-not-said', why, {
    hint: `Name the pool that is to have it: \`layers pin set <pool> --from …\`${known.length > 0 ? `, with one of ${known.join(', ')}` : ''}.`,
  });
}

function sameRepository(pool: string, own: string) {
  return failure(
    'input',
    'operator-repository',
    `the operator pushes to ${own}, and so does ${pool}: what it deletes there, it deletes for ${pool} as well`,
    {
      hint: `Give ${pool} a repository of its own, \`target: { machineConfig: { image: … } }\`, run \`layers synth\`, and pin again: the image is copied there.`,
    },
  );
}

function notHeld(pool: string): Diagnostic {
  return {
    code: 'not-held',
    severity: 'warning',
    source: 'finding',
    message: `${pool} is pinned to what an operator built, and not held: the next \`layers build --pin\` takes what git says in its place`,
    hint: `\`layers pin hold ${pool} --reason …\` keeps it.`,
  };
}
