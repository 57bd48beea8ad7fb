import { join, relative } from 'node:path';
import type * as z from 'zod';
import { failure, LayersError } from '../diagnostics.ts';
import { findObject, type Gathered, ofKind } from '../gathered/gathered.ts';
import { type SavedObject, textAt } from '../gathered/object.ts';
import { readGathered } from '../gathered/read.ts';
import {
  areImagesRendered,
  imagesOfConfig,
  imagesOfMap,
  type OsImages,
  RELEASE_VERSION,
} from '../operator/names.ts';
import {
  type MachineConfig,
  type MachineConfigPool,
  type MachineOSConfig,
  machineConfig,
  machineConfigPool,
  machineOSConfig,
} from '../operator/objects.ts';
import { parseSpec } from '../spec/parse.ts';
import type { ReleaseVersion } from '../values/release-version.ts';

const OPERATOR_NAMESPACE = 'openshift-machine-config-operator';
/** Where older releases say which images builds start from. */
const IMAGES = 'machine-config-osimageurl';

/** What was saved of a cluster, as the operator would read it. */
export class SavedCluster {
  readonly gathered: Gathered;
  private readonly root: string;

  constructor(root: string, folder: string) {
    this.root = root;
    this.gathered = readGathered(folder);
  }

  pool(name: string): MachineConfigPool | undefined {
    return this.parsed(machineConfigPool, findObject(this.gathered, 'MachineConfigPool', name));
  }

  neededPool(name: string): MachineConfigPool {
    const how = `oc get mcp ${name} -o yaml`;
    const pool = this.pool(name) ?? this.missing(`the MachineConfigPool ${name}`, how);
    // What is in git has none: the operator writes it.
    if (!pool.spec.configuration.name)
      this.missing(`spec.configuration of the MachineConfigPool ${name}`, how);
    return pool;
  }

  /** The rendered MachineConfig that a pool is to have. */
  rendered(pool: MachineConfigPool): MachineConfig | undefined {
    const { name } = pool.spec.configuration;
    return this.parsed(machineConfig, findObject(this.gathered, 'MachineConfig', name ?? undefined));
  }

  neededRendered(pool: MachineConfigPool): MachineConfig {
    const name = pool.spec.configuration.name ?? '';
    const how = `oc get machineconfig ${name} -o yaml`;
    return this.rendered(pool) ?? this.missing(`the rendered MachineConfig ${name}`, how);
  }

  /** All that are no results of merging others. */
  machineConfigs(): MachineConfig[] {
    return (
      ofKind(this.gathered, 'MachineConfig')
        // A must-gather has as many of the operator's results as it keeps, each with all of the nodes' files.
        .filter(({ name }) => !name.startsWith('rendered-'))
        .map((object) => this.parsed(machineConfig, object)!)
    );
  }

  /** The MachineOSConfig of a pool. */
  osConfig(pool: string): MachineOSConfig | undefined {
    const object = ofKind(this.gathered, 'MachineOSConfig').find(
      ({ data }) => textAt(data, 'spec', 'machineConfigPool', 'name') === pool,
    );
    return this.parsed(machineOSConfig, object);
  }

  /** The images that builds start from, and the release they are of. */
  images(release: ReleaseVersion, pool: MachineConfigPool): OsImages {
    if (areImagesRendered(release)) return imagesOfConfig(this.neededRendered(pool));
    const rendered = this.rendered(pool);
    const map = this.ofOperator('ConfigMap', IMAGES);
    // It says the same as the rendered MachineConfig of a pool without an image of its own.
    if (map === undefined && rendered !== undefined && !isOverridden(rendered))
      return imagesOfConfig(rendered);
    const how = `oc get configmap -n ${OPERATOR_NAMESPACE} ${IMAGES} -o yaml`;
    return imagesOfMap(textsOf(map ?? this.missing(`the ConfigMap ${IMAGES}`, how)));
  }

  /** The release that the cluster has, as far as what was saved says so. */
  release(rendered: MachineConfig | undefined): string | undefined {
    const map = this.ofOperator('ConfigMap', IMAGES);
    return (
      rendered?.metadata.annotations?.[RELEASE_VERSION] ??
      (map && textsOf(map).releaseVersion) ??
      ofKind(this.gathered, 'ControllerConfig')
        .map(({ data }) => textAt(data, 'metadata', 'annotations', RELEASE_VERSION))
        .find((release) => release !== undefined)
    );
  }

  /** What is in the operator's namespace; who saved it by hand may have left that out. */
  ofOperator(kind: string, name: string): SavedObject | undefined {
    return ofKind(this.gathered, kind).find(
      (object) => object.name === name && (object.namespace ?? OPERATOR_NAMESPACE) === OPERATOR_NAMESPACE,
    );
  }

  /** An object of a schema; an error at its place where it is not. */
  parsed<Schema extends z.ZodType>(
    schema: Schema,
    object: SavedObject | undefined,
  ): z.output<Schema> | undefined {
    if (object === undefined) return undefined;
    const file = relative(this.root, join(this.gathered.folder, object.file));
    const { value, diagnostics } = parseSpec(schema, object.data, { file, document: 0 });
    if (value === undefined) throw new LayersError(diagnostics);
    return value;
  }

  missing(what: string, how: string): never {
    throw failure('input', 'not-saved', `${what} is not in ${this.gathered.folder}`, {
      hint: `Save it there: \`${how}\`, or take a must-gather: \`oc adm must-gather\`.`,
    });
  }
}

/** What a ConfigMap holds. */
function textsOf({ data }: SavedObject): Readonly<Record<string, string>> {
  const entries = Object.entries((data.data ?? {}) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

const OVERRIDDEN = 'machineconfiguration.openshift.io/os-image-url-overridden';

function isOverridden({ metadata }: MachineConfig): boolean {
  return metadata.annotations?.[OVERRIDDEN] === 'true';
}
