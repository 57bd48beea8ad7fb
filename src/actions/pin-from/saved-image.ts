import { join, relative } from 'node:path';
import { type Diagnostic, failure, type LayersError } from '../../diagnostics.ts';
import { type BuiltImage, builtImages } from '../../gathered/built-image.ts';
import { type Gathered, ofKind } from '../../gathered/gathered.ts';
import { conditionsOf, type SavedObject } from '../../gathered/object.ts';
import { type PinnedImage, parsePinnedImage } from '../../values/image-ref.ts';
import { parsePoolId } from '../../values/pool-id.ts';
import { ValueError } from '../../values/value.ts';

/** The image that saved objects name, for a pool of this repository. */
export interface SavedImage extends BuiltImage {
  readonly ref: PinnedImage;
}

export interface Saved {
  readonly gathered: Gathered;
  /** As it was given. */
  readonly from: string;
  readonly root: string;
}

/** The image of the pool's own name; else the only one there is, as that of a canary for the others. */
export function savedImage(saved: Saved, pool: string | undefined): SavedImage {
  const images = builtImages(saved.gathered);
  if (images.length === 0) throw noImage(saved);
  const name = pool === undefined ? undefined : parsePoolId(pool).pool;
  const own = images.filter((image) => image.pool === name);
  const meant = own.length > 0 ? own : images;
  const found = meant[0]!;
  if (meant.some(({ image }) => image !== found.image)) throw several(saved, meant, pool);
  return { ...found, ref: refOf(saved, found) };
}

function refOf(saved: Saved, { image, field, from }: BuiltImage): PinnedImage {
  try {
    return parsePinnedImage(image);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw failure(
      'input',
      'digest-not-saved',
      `${field} of the ${describe(from)} is no image by digest: ${image}`,
      {
        hint: 'The operator writes host/namespace/name@sha256:… there. Save the object again, as the cluster has it.',
        origin: originOf(saved, from),
      },
    );
  }
}

function several(saved: Saved, images: readonly BuiltImage[], pool: string | undefined): LayersError {
  const lines = images.map(({ image, pool, build, from }) => {
    const made = build === undefined ? '' : `, ${build}`;
    return `${pool}: ${image} (${describe(from)}${from.name === build ? '' : made}, in ${placeOf(saved, from)})`;
  });
  const isOfOne = images.every((image) => image.pool === images[0]!.pool);
  const what = isOfOne ? `several images of ${images[0]!.pool}` : 'images of several pools';
  return failure(
    'input',
    'several-images',
    `${saved.from} names ${what}${pool && !isOfOne ? `, and none is ${pool}'s` : ''}`,
    {
      hint: isOfOne
        ? `Save the one that is meant: \`oc get machineosconfig ${images[0]!.pool} -o yaml\` says which is current, and \`oc get machineosbuild <name> -o yaml\` is one build.`
        : 'Save the object of the one that is meant into a file of its own: `oc get machineosconfig <pool> -o yaml`.',
      detail: lines.join('\n'),
    },
  );
}

/** Why no object names an image: a build that is not done, or has failed, names none. */
function noImage(saved: Saved): LayersError {
  const { gathered, from } = saved;
  const { unread } = gathered;
  const builds = ofKind(gathered, 'MachineOSBuild');
  const failed = builds.map((build) => unfinished(saved, build));
  const [config] = ofKind(gathered, 'MachineOSConfig');
  if (failed.length > 0) return failure('input', failed[0]!.code, failed[0]!.message, failed[0]);
  if (config !== undefined) {
    return failure(
      'input',
      'no-image-saved',
      `the ${describe(config)} names no image: its status has no currentImagePullSpec`,
      {
        hint: 'The operator writes it once a build has succeeded. `oc get` prints the status, a manifest in git has none.',
        origin: originOf(saved, config),
      },
    );
  }
  return failure('input', 'nothing-saved', `${from} has no MachineOSConfig and no MachineOSBuild`, {
    hint: 'Save one: `oc get machineosconfig <pool> -o yaml > saved.yaml`; or take a must-gather, `oc adm must-gather`.',
    ...(unread.length > 0 && { detail: unread.map(({ message }) => message).join('\n') }),
  });
}

function unfinished(saved: Saved, build: SavedObject): Diagnostic {
  const is = conditionsOf(build).find(({ type, status }) => status === 'True' && ENDS.has(type));
  const origin = originOf(saved, build);
  const name = `the ${describe(build)}`;
  const base = { severity: 'error', source: 'input', origin } as const;
  if (is === undefined)
    return {
      ...base,
      code: 'no-image-saved',
      message: `${name} names no image: it is not done`,
      hint: 'Wait for its condition Succeeded, and save it again.',
    };
  if (is.type === 'Succeeded')
    return {
      ...base,
      code: 'digest-not-saved',
      message: `${name} succeeded, and its status has no digestedImagePushSpec`,
      hint: 'Where the push spec has more than one namespace, the API takes no digest of it: build with a shorter one.',
    };
  const said = is.message === '' ? '' : `: ${is.message.split('\n')[0]!.slice(0, 200)}`;
  return {
    ...base,
    code: 'saved-build-failed',
    message: `${name} ${is.type === 'Failed' ? 'failed' : 'was interrupted'}, and made no image${said}`,
    hint: 'A must-gather says why: `oc adm must-gather`, then `layers diagnose <folder>`.',
  };
}

const ENDS: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Interrupted']);

function describe({ kind, name }: SavedObject): string {
  return `${kind} ${name}`;
}

function placeOf({ root, gathered }: Saved, { file }: SavedObject): string {
  return relative(root, join(gathered.folder, file));
}

function originOf(saved: Saved, object: SavedObject) {
  return { file: placeOf(saved, object) };
}
