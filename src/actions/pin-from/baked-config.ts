import type { OperatorImage } from '../../build/operator-image.ts';
import { type Diagnostic, LayersError } from '../../diagnostics.ts';
import { type Baked, bakedInto } from '../../gathered/baked.ts';
import { findObject, type Gathered } from '../../gathered/gathered.ts';
import { type Data, isData, textAt } from '../../gathered/object.ts';
import { RELEASE_VERSION } from '../../operator/names.ts';
import { readImage } from '../../registry/image.ts';
import { readImageFile } from '../../registry/image-file.ts';
import type { Place, Places } from '../../registry/places.ts';
import type { Architecture } from '../../values/architecture.ts';

/** Where the operator's first stage leaves the rendered MachineConfig that the image is made with. */
const CURRENT_CONFIG = 'etc/machine-config-daemon/currentconfig';
// More than the operator renders, and several times what builds put on top of an OS image.
const LIMITS = { file: 64 << 20, layers: 8 * 2 ** 30, unpacked: 16 * 2 ** 30 };

/** The rendered MachineConfig that an image was made with: the image's own, else the one of its name that was saved. */
export async function configOf(
  image: OperatorImage,
  place: Place,
  { places, gathered, architecture }: Sources,
): Promise<Data | undefined> {
  return (
    (await configIn(image, place, places, architecture)) ??
    findObject(gathered, 'MachineConfig', image.rendered)?.data
  );
}

interface Sources {
  readonly places: Places;
  readonly gathered: Gathered;
  readonly architecture: Architecture;
}

/** Read from the layers, of which nothing is run. */
async function configIn(
  image: OperatorImage,
  { registry, ref: { repository } }: Place,
  places: Places,
  architecture: Architecture,
): Promise<Data | undefined> {
  try {
    const layers = await aboveBase(image, places, architecture);
    const file = { repository, image: { ...image.manifest, layers }, path: CURRENT_CONFIG, limits: LIMITS };
    const data: unknown = JSON.parse((await readImageFile(registry, file))?.toString('utf8') ?? 'null');
    return isData(data) ? data : undefined;
  } catch (error) {
    // It is for a warning only, and there may be another source of it.
    if (error instanceof LayersError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The layers that the build put on its base, whose own are large and have none of it; all where that cannot be told. */
async function aboveBase(
  { base, config, manifest }: OperatorImage,
  places: Places,
  architecture: Architecture,
) {
  const own = config.rootfs?.diff_ids ?? [];
  if (base === undefined) return manifest.layers;
  try {
    const below = await places.pulled(base, ({ registry, ref }) => readImage(registry, ref, architecture));
    const sums = below.config.rootfs?.diff_ids ?? [];
    const differs = own.findIndex((sum, index) => sum !== sums[index]);
    return manifest.layers.slice(Math.max(0, differs));
  } catch (error) {
    if (error instanceof LayersError) return manifest.layers;
    throw error;
  }
}

/** The release of the cluster that built it. */
export function releaseOf(config: Data | undefined): string | undefined {
  return textAt(config, 'metadata', 'annotations', RELEASE_VERSION);
}

/** A pool, and the image that it is to get. */
interface Given {
  readonly pool: string;
  readonly repository: string;
  readonly release: string;
  readonly image: OperatorImage;
}

/** What the configuration of the image's own pool brings to the nodes of another one: names, and no contents. */
export function bakedFinding(config: Data | undefined, given: Given): Diagnostic {
  const { pool, repository, image } = given;
  const finding = { code: 'operator-configuration', severity: 'warning', source: 'finding' } as const;
  if (config === undefined) {
    return {
      ...finding,
      message: `it is not known what the configuration of ${image.pool} has baked into the image: ${image.rendered} is neither in it nor among what was saved`,
      hint: `Save it beside the rest, and run this again: \`oc get machineconfig ${image.rendered} -o yaml\`.`,
    };
  }
  const baked = bakedInto(config);
  const isSecret = baked.credentials.length > 0;
  return {
    ...finding,
    message: `the configuration of ${image.pool}, ${image.rendered}, is baked into the image, and the nodes of ${pool} get it`,
    detail: linesOf(baked, releaseOf(config), given).join('\n'),
    hint: `Files that ${pool} has in MachineConfigs of its own take their places; the others stay. ${
      isSecret ? `Who may pull from ${repository} can read the credentials. ` : ''
    }\`layers diff\` shows the packages, and \`layers build ${pool} --pin\` makes an image without all of this.`,
  };
}

/** How many names a line has at most. */
const MOST = 5;

function linesOf(baked: Baked, release: string | undefined, given: Given): string[] {
  const lists: readonly (readonly [one: string, many: string, names: readonly string[]])[] = [
    ['file', 'files', baked.files],
    ['unit', 'units', baked.units],
    ['certificate', 'certificates', baked.certificates],
    ['file of registries', 'files of registries', baked.registries],
    ['file with credentials', 'files with credentials', baked.credentials],
    ['user', 'users', baked.users],
    ['extension', 'extensions', baked.extensions],
    [
      'kernel argument, which nodes get from their pool only',
      'kernel arguments, which nodes get from their pool only',
      baked.kernelArguments,
    ],
  ];
  const said = lists
    .filter(([, , names]) => names.length > 0)
    .map(([one, many, names]) => `${names.length} ${names.length === 1 ? one : many}: ${shortened(names)}`);
  const isOther = release !== undefined && release !== given.release;
  return [
    ...said,
    ...(baked.kernelType === undefined ? [] : [`kernelType: ${baked.kernelType}`]),
    ...(isOther ? [`built for release ${release}, and ${given.pool} is for ${given.release}`] : []),
  ];
}

function shortened(names: readonly string[]): string {
  const more = names.length - MOST;
  return more > 1 ? `${names.slice(0, MOST).join(', ')} and ${more} more` : names.join(', ');
}
