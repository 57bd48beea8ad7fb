import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { toGoYaml } from './go-yaml/marshal.ts';
import {
  configSpecJson,
  configurationJson,
  type MachineConfig,
  type MachineConfigPool,
  type MachineConfigSpec,
  type MachineOSConfig,
  machineConfigSpecJson,
} from './objects.ts';
import { Refusal } from './refusal.ts';
import { saltedHash } from './salted.ts';

const PREFIX = 'machineconfiguration.openshift.io';
export const RELEASE_VERSION = `${PREFIX}/release-image-version`;
export const GENERATED_BY = `${PREFIX}/generated-by-controller-version`;

/** The images that a build starts from, and the release that they are of. */
export interface OsImages {
  readonly base: string;
  readonly extensions: string;
  readonly release: string;
}

/** Whether builds take their images from the rendered MachineConfig, and not from the ConfigMap machine-config-osimageurl. */
export function areImagesRendered(release: ReleaseVersion): boolean {
  return isAtLeast(release, '4.22');
}

export function imagesOfConfig({ spec, metadata }: MachineConfig): OsImages {
  return {
    base: spec.osImageURL,
    extensions: spec.baseOSExtensionsContainerImage,
    release: metadata.annotations?.[RELEASE_VERSION] ?? '',
  };
}

/** The ConfigMap of older releases, by its keys. */
export function imagesOfMap(data: Readonly<Record<string, string>>): OsImages {
  return {
    base: data.baseOSContainerImage ?? '',
    extensions: data.baseOSExtensionsContainerImage ?? '',
    release: data.releaseVersion ?? '',
  };
}

/** `rendered-<pool>-<hash>`, of what a rendered MachineConfig says. */
export function renderedName(pool: string, spec: MachineConfigSpec): string {
  return `rendered-${pool}-${saltedHash(toGoYaml(machineConfigSpecJson(spec)))}`;
}

/** What the name of a MachineOSBuild depends on, each as the text that is hashed. */
export interface BuildDocuments {
  readonly configuration: string;
  readonly config: string;
  readonly images: string;
}

export interface BuildInput {
  readonly release: ReleaseVersion;
  readonly pool: MachineConfigPool;
  readonly config: MachineOSConfig;
  /** The pool's; read from 4.22 on only. */
  readonly rendered?: MachineConfig;
  readonly images: OsImages;
}

/** Throws a Refusal where the operator would not come to a name. */
export function buildDocuments(input: BuildInput): BuildDocuments {
  return Refusal.wrap('could not get hashed name for MachineOSBuild: could not get hashed name', () => {
    Refusal.wrap('could not validate for hash', () => validate(input));
    const { base, extensions, release } = input.images;
    return Refusal.wrap('could not marshal object to YAML', () => ({
      configuration: toGoYaml(configurationJson(input.pool.spec.configuration)),
      config: toGoYaml(configSpecJson(input.config.spec)),
      images: toGoYaml({
        BaseOSContainerImage: base,
        BaseOSExtensionsContainerImage: extensions,
        OSImageURL: '',
        ReleaseVersion: release,
      }),
    }));
  });
}

/** `<MachineOSConfig>-<hash>`. */
export function buildName(input: BuildInput): string {
  const { configuration, config, images } = buildDocuments(input);
  return `${input.config.metadata.name}-${saltedHash(configuration, config, images)}`;
}

function validate({ release, pool, config, rendered }: BuildInput): void {
  if (areImagesRendered(release)) {
    Refusal.wrap('machineconfig failed validation', () => validateRendered(rendered));
  }
  const wanted = config.spec.machineConfigPool.name;
  if (pool.metadata.name === wanted) return;
  throw new Refusal(
    `name mismatch, MachineConfigPool has ${quoted(pool.metadata.name)}, MachineOSConfig has ${quoted(wanted)}`,
  );
}

function validateRendered(rendered: MachineConfig | undefined): void {
  if (rendered === undefined) throw new Refusal('missing required MachineConfig');
  const { name, annotations } = rendered.metadata;
  if (!name.startsWith('rendered-')) {
    throw new Refusal(`machineconfig ${quoted(name)} is not a rendered MachineConfig`);
  }
  for (const key of [RELEASE_VERSION, GENERATED_BY]) {
    const value = annotations?.[key];
    if (value === undefined) {
      throw new Refusal(`missing annotation ${quoted(key)} on MachineConfig ${quoted(name)}`);
    }
    if (value === '') {
      throw new Refusal(`empty annotation ${quoted(key)} value on MachineConfig ${quoted(name)}`);
    }
  }
}

/** As Go's %q quotes a name of Kubernetes, which has nothing to escape. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}
