import { type Gathered, ofKind } from './gathered.ts';
import { annotationOf, labelOf, type SavedObject, textAt, trueCondition } from './object.ts';

const GROUP = 'machineconfiguration.openshift.io';

/** An image that a cluster built and pushed. */
export interface BuiltImage {
  /** `host/namespace/name@sha256:…` */
  readonly image: string;
  readonly pool: string;
  /** The object that says so, and the field. */
  readonly from: SavedObject;
  readonly field: 'status.currentImagePullSpec' | 'status.digestedImagePushSpec';
  /** The MachineOSBuild that made it, where that is known. */
  readonly build?: string;
  /** The rendered MachineConfig that is baked into it, where that is known. */
  readonly rendered?: string;
}

/**
 * The images that saved objects name, each once a pool: the MachineOSConfig's, which is what its nodes are to run; where none
 * has one, those of all builds of the pool that succeeded, the newest first.
 */
export function builtImages(gathered: Gathered): BuiltImage[] {
  const builds = ofKind(gathered, 'MachineOSBuild');
  const current = ofKind(gathered, 'MachineOSConfig').flatMap((config) => ofConfig(config, builds) ?? []);
  const decided = new Set(current.map(({ pool }) => pool));
  const others = builds
    .filter((build) => trueCondition(build, 'Succeeded') !== undefined)
    .sort(newestFirst)
    .flatMap((build) => ofBuild(build) ?? [])
    .filter(({ pool }) => !decided.has(pool));
  const all = new Map<string, BuiltImage>();
  for (const image of [...current, ...others]) {
    const key = `${image.pool} ${image.image}`;
    if (!all.has(key)) all.set(key, image);
  }
  return [...all.values()];
}

function ofConfig(config: SavedObject, builds: readonly SavedObject[]): BuiltImage | undefined {
  const image = textAt(config.data, 'status', 'currentImagePullSpec');
  if (image === undefined) return undefined;
  // A build that reused the image of an older one has it, too: the one that is named is the one whose configuration counts.
  const name =
    textAt(config.data, 'status', 'machineOSBuild', 'name') ??
    annotationOf(config, `${GROUP}/current-machine-os-build`);
  const build = builds.find((each) => each.name === name) ?? builds.find((each) => digested(each) === image);
  const rendered = build && renderedOf(build);
  const made = build?.name ?? name;
  return {
    ...{ image, pool: textAt(config.data, 'spec', 'machineConfigPool', 'name') ?? config.name },
    ...{ from: config, field: 'status.currentImagePullSpec' },
    ...(made !== undefined && { build: made }),
    ...(rendered !== undefined && { rendered }),
  };
}

function ofBuild(build: SavedObject): BuiltImage | undefined {
  const image = digested(build);
  if (image === undefined) return undefined;
  const pool =
    labelOf(build, `${GROUP}/target-machine-config-pool`) ??
    textAt(build.data, 'spec', 'machineOSConfig', 'name') ??
    build.name.replace(/-[0-9a-f]{32}$/, '');
  const rendered = renderedOf(build);
  return {
    ...{ image, pool, from: build, field: 'status.digestedImagePushSpec', build: build.name },
    ...(rendered !== undefined && { rendered }),
  };
}

function digested({ data }: SavedObject): string | undefined {
  return textAt(data, 'status', 'digestedImagePushSpec');
}

function renderedOf({ data }: SavedObject): string | undefined {
  return textAt(data, 'spec', 'machineConfig', 'name');
}

function newestFirst(a: SavedObject, b: SavedObject): number {
  const time = ({ data }: SavedObject) =>
    textAt(data, 'metadata', 'creationTimestamp') ?? textAt(data, 'status', 'buildStart') ?? '';
  return time(a) < time(b) ? 1 : -1;
}
