import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { type Json, toGoYaml } from './go-yaml/marshal.ts';
import type { Config } from './ignition/merge.ts';
import { mergeConfigs } from './merge.ts';
import {
  configSpecJson,
  type MachineConfig,
  type MachineConfigSpec,
  type MachineOSConfigSpec,
} from './objects.ts';
import { Refusal } from './refusal.ts';

/** What is known of a pool: all of it, or what is in git. What is not named does not change. */
export interface PoolObjects {
  readonly configs: readonly MachineConfig[];
  /** Where the cluster builds the pool's image. */
  readonly osConfig?: MachineOSConfigSpec;
}

/** A difference, and what comes of it. */
export interface Consequence {
  /** `osImageURL`, `spec.containerFile` and the like, or the path of a node's file. */
  readonly what: string;
  readonly build: boolean;
  readonly reboot: boolean;
}

export interface Effect {
  /** Whether the cluster builds an image, and whether nodes reboot. A build that went well makes them. */
  readonly build: boolean;
  readonly reboot: boolean;
  readonly consequences: readonly Consequence[];
  /** What the operator says where it renders nothing of the later ones: the nodes stay as they are. */
  readonly refused?: string;
}

/** What reloading or restarting a service is enough for, or nothing at all: the cluster's own policies. */
const WITHOUT_REBOOT: readonly string[] = [
  '/etc/containers/policy.json',
  '/etc/containers/registries.conf',
  '/etc/containers/registries.d',
  '/etc/crio/policies',
  '/etc/machine-config-daemon/no-reboot/containers-gpg.pub',
  '/etc/nmstate/openshift',
  '/etc/pki/ca-trust/source/anchors/openshift-config-user-ca-bundle.crt',
  '/var/lib/kubelet/config.json',
];

/** What an image is made of, besides the MachineOSConfig. */
const OF_IMAGE = ['osImageURL', 'kernelType', 'extensions', 'kernelArguments'] as const;

/** Whether a change starts a build, a reboot, both or none. Policies of the cluster's own may spare more reboots. */
export function effectOfChange(before: PoolObjects, after: PoolObjects, release: ReleaseVersion): Effect {
  try {
    const [old, now] = [before, after].map(({ configs }) => rendered(configs, release));
    return combined([
      ...ofOsConfig(before.osConfig, after.osConfig),
      ...ofConfigs(old!, now!, after, release),
    ]);
  } catch (error) {
    if (error instanceof Refusal) return { ...combined([]), refused: error.message };
    throw error;
  }
}

function rendered(configs: readonly MachineConfig[], release: ReleaseVersion): MachineConfigSpec {
  const defaults = { osImageURL: '', baseOSExtensionsContainerImage: '' };
  return mergeConfigs({ release, pool: '', configs, defaults }).spec;
}

/** Any change of it is another build, and an image that differs reboots nodes. */
function ofOsConfig(before?: MachineOSConfigSpec, after?: MachineOSConfigSpec): Consequence[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ what: 'MachineOSConfig', build: true, reboot: true }];
  if (after === undefined) return [{ what: 'MachineOSConfig', build: false, reboot: true }];
  const [old, now] = [before, after].map((spec) => configSpecJson(spec) as Config);
  return differing(old!, now!).map((key) => ({ what: `spec.${key}`, build: true, reboot: true }));
}

function ofConfigs(
  old: MachineConfigSpec,
  now: MachineConfigSpec,
  { osConfig }: PoolObjects,
  release: ReleaseVersion,
): Consequence[] {
  const isBuilt = osConfig !== undefined;
  // Up to 4.19, each new rendered MachineConfig is built; later, only what the image is made of.
  const buildsAll = isBuilt && !isAtLeast(release, '4.20');
  const ofImage = OF_IMAGE.filter((field) => !isSame(old[field] ?? null, now[field] ?? null)).map((what) => ({
    what: what as string,
    build: isBuilt,
    reboot: true,
  }));
  const others: [what: string, reboot: boolean][] = [
    ...(old.baseOSExtensionsContainerImage === now.baseOSExtensionsContainerImage
      ? []
      : [['baseOSExtensionsContainerImage', false] as [string, boolean]]),
    ...(old.fips === now.fips ? [] : [['fips', true] as [string, boolean]]),
    ...ofNodes((old.config ?? {}) as Config, (now.config ?? {}) as Config),
  ];
  return [
    ...ofImage,
    ...others.map(([what, reboot]) => ({ what, build: buildsAll, reboot: reboot || buildsAll })),
  ];
}

/** What the nodes are told by Ignition: units, files, users. */
function ofNodes(old: Config, now: Config): [what: string, reboot: boolean][] {
  const units = changed(old, now, 'systemd', 'units', 'name').map((name): [string, boolean] => [name, true]);
  const files = changed(old, now, 'storage', 'files', 'path').map((path): [string, boolean] => [
    path,
    !WITHOUT_REBOOT.some((spared) => path === spared || path.startsWith(`${spared}/`)),
  ]);
  const passwd: [string, boolean][] = isSame(old.passwd ?? null, now.passwd ?? null)
    ? []
    : [['passwd', false]];
  return [...units, ...files, ...passwd];
}

/** The keys of items that are new, gone or different. */
function changed(old: Config, now: Config, section: string, list: string, key: string): string[] {
  const [before, after] = [old, now].map(
    (config) =>
      new Map(
        (((config[section] as Config | undefined)?.[list] ?? []) as readonly Config[]).map((item) => [
          String(item[key]),
          item,
        ]),
      ),
  );
  return [...new Set([...before!.keys(), ...after!.keys()])]
    .filter((name) => !isSame(before!.get(name) ?? null, after!.get(name) ?? null))
    .sort();
}

function differing(old: Config, now: Config): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].filter((key) => !isSame(old[key] ?? null, now[key] ?? null)).sort();
}

/** Whatever the order of keys. */
function isSame(one: Json, other: Json): boolean {
  return toGoYaml({ value: one }) === toGoYaml({ value: other });
}

function combined(consequences: readonly Consequence[]): Effect {
  return {
    build: consequences.some(({ build }) => build),
    reboot: consequences.some(({ reboot }) => reboot),
    consequences,
  };
}
