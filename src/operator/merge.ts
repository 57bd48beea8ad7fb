import { extensionsOf } from '../values/extensions.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import { type Config, mergeIgnition } from './ignition/merge.ts';
import { newestVersion, type Parsed, parseIgnition } from './ignition/parse.ts';
import { GENERATED_BY, renderedName } from './names.ts';
import type { MachineConfig, MachineConfigPool, MachineConfigSpec } from './objects.ts';
import { Refusal } from './refusal.ts';

export const ROLE = 'machineconfiguration.openshift.io/role';

/** The images that a cluster's release has for all pools. */
export interface Defaults {
  readonly osImageURL: string;
  readonly baseOSExtensionsContainerImage: string;
}

/** A value of a rendered MachineConfig, and the MachineConfigs that said something of it, in order: who came last won. */
export interface Decision {
  readonly field:
    | 'osImageURL'
    | 'baseOSExtensionsContainerImage'
    | 'kernelType'
    | 'fips'
    | 'extensions'
    | 'kernelArguments';
  readonly value: string | boolean | readonly string[];
  readonly by: readonly string[];
  /** Those whose value is not in it: an earlier one, or one that the release does not listen to. */
  readonly lost: readonly {
    readonly name: string;
    readonly value: string;
    readonly why: 'earlier' | 'generated' | 'default';
  }[];
}

export interface Merged {
  /** The names, in the order that they were merged in. */
  readonly order: readonly string[];
  readonly spec: MachineConfigSpec;
  readonly decisions: readonly Decision[];
  /** `rendered-<pool>-<hash>`; none where a config of Ignition's version 2 has contents, which are not translated here. */
  readonly name?: string;
  /** Whether the pool's OS is the user's business from now on. */
  readonly isOverridden: boolean;
  /** An image of the user's without a digest: the operator warns in its log. */
  readonly isTag: boolean;
}

export interface MergeInput {
  readonly release: ReleaseVersion;
  readonly pool: string;
  readonly configs: readonly MachineConfig[];
  readonly defaults: Defaults;
  /** The pool's `osImageStream`, where it names one. */
  readonly stream?: string;
}

const KERNELS = ['', 'default', 'realtime', '64k-pages'];

/** What the operator renders for a pool of its MachineConfigs. Throws a Refusal where it renders nothing. */
export function mergeConfigs({ release, pool, configs, defaults, stream = '' }: MergeInput): Merged {
  for (const config of configs)
    Refusal.wrap(`validate ${config.metadata.name}`, () => validate(config.spec, release));
  const ordered = inOrder(configs, release);
  const { config, isUntranslated } = mergedIgnition(ordered, release);
  const kernelType = lastKernel(ordered);
  const extensions = ordered.flatMap(({ spec }) => spec.extensions ?? []);
  if (kernelType !== 'default' && extensions.includes('kernel-devel')) {
    throw new Refusal(`installing kernel-devel extension is not supported with kernelType: ${kernelType}`);
  }
  const osImageURL = lastImage(ordered, 'osImageURL', defaults, release);
  const spec: MachineConfigSpec = {
    baseOSExtensionsContainerImage: lastImage(ordered, 'baseOSExtensionsContainerImage', defaults, release),
    config: config as MachineConfigSpec['config'],
    extensions,
    fips: ordered.some((one) => one.spec.fips),
    kernelArguments: ordered.flatMap((one) => one.spec.kernelArguments ?? []),
    kernelType,
    osImageURL,
  };
  const isOverridden = osImageURL !== defaults.osImageURL;
  if (isOverridden && stream !== '' && isAtLeast(release, '4.22')) {
    throw new Refusal(
      'cannot override MachineConfig osImageURL and set MachineConfigPool spec.osImageStream.name simultaneously',
    );
  }
  return {
    order: ordered.map(({ metadata }) => metadata.name),
    spec,
    decisions: decisionsOf(ordered, spec, release),
    ...(!isUntranslated && { name: renderedName(pool, spec) }),
    isOverridden,
    isTag: isOverridden && !osImageURL.includes('sha256:'),
  };
}

/** The MachineConfigs that a pool selects. */
export function selectConfigs(pool: MachineConfigPool, configs: readonly MachineConfig[]): MachineConfig[] {
  const { matchLabels, matchExpressions } = pool.spec.machineConfigSelector ?? {};
  const wanted = Object.entries(matchLabels ?? {});
  const expressions = matchExpressions ?? [];
  // Nothing selects nothing here: the operator makes no rendered MachineConfig of all of them.
  if (wanted.length + expressions.length === 0) return [];
  return configs.filter(({ metadata: { name, labels } }) => {
    // The operator's own results have the labels of no role; a saved cluster has them all the same.
    if (name.startsWith('rendered-')) return false;
    const has = labels ?? {};
    return (
      wanted.every(([key, value]) => has[key] === value) &&
      expressions.every(({ key, operator, values }) => matches(has[key], operator, values ?? []))
    );
  });
}

function matches(value: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  return operator === 'Exists' ? value !== undefined : value === undefined;
}

function validate({ kernelType, config, extensions }: MachineConfigSpec, release: ReleaseVersion): void {
  if (!KERNELS.includes(kernelType)) throw new Refusal(`kernelType=${kernelType} is invalid`);
  if (config === undefined || config === null) return;
  validateModes(parseIgnition(config as Config, release).config);
  const known = extensionsOf(release);
  const unknown = (extensions ?? []).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Refusal(`invalid extensions found: [${unknown.join(' ')}]`);
}

function validateModes(config: Config): void {
  const files = ((config.storage as Config | undefined)?.files ?? []) as readonly Config[];
  const wrong = files.find(({ mode }) => typeof mode === 'number' && mode > 0o777);
  if (wrong === undefined) return;
  const mode = (wrong.mode as number).toString(8);
  throw new Refusal(`invalid mode 0${mode} for ${wrong.path}, cannot exceed 0777`);
}

/** What a custom pool has of its own comes after all that it has of worker, whatever the names. */
function inOrder(configs: readonly MachineConfig[], release: ReleaseVersion): MachineConfig[] {
  const groups: [worker: MachineConfig[], own: MachineConfig[]] = [[], []];
  for (const config of configs) {
    const { name, labels } = config.metadata;
    if (labels === undefined || labels === null) {
      const cannot = isAtLeast(release, '4.23') ? 'cannot' : 'Cannot';
      throw new Refusal(`${cannot} find label in MachineConfig ${name}`);
    }
    groups[labels[ROLE] === 'worker' ? 0 : 1].push(config);
  }
  return groups.flatMap((group) => group.sort((a, b) => compareBytes(a.metadata.name, b.metadata.name)));
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function mergedIgnition(configs: readonly MachineConfig[], release: ReleaseVersion): Parsed {
  let merged: Parsed | undefined;
  for (const { spec } of configs) {
    const own = spec.config ? parseIgnition(spec.config as Config, release) : undefined;
    if (merged === undefined) {
      merged = own ?? { config: { ignition: { version: newestVersion(release) } }, isUntranslated: false };
    } else if (own !== undefined) {
      merged = {
        config: mergeContents(merged.config, own.config, release),
        isUntranslated: merged.isUntranslated || own.isUntranslated,
      };
    }
  }
  const { config, isUntranslated } = merged ?? { config: {}, isUntranslated: false };
  return { config: withFiles(config, (file) => ({ overwrite: true, ...file })), isUntranslated };
}

/** From 4.20 on, a file that another one replaces takes its compression along. */
function mergeContents(before: Config, after: Config, release: ReleaseVersion): Config {
  if (!isAtLeast(release, '4.20')) return mergeIgnition(before, after);
  const explicit = withFiles(after, (file) => ({
    ...file,
    contents: { compression: '', ...(file.contents as Config | undefined) },
  }));
  return withFiles(mergeIgnition(before, explicit), ({ contents, ...file }) => {
    const { compression, ...rest } = (contents ?? {}) as Config;
    const kept = compression === undefined || compression === '' ? rest : { compression, ...rest };
    return Object.keys(kept).length === 0 ? file : { ...file, contents: kept };
  });
}

function withFiles(config: Config, change: (file: Config) => Config): Config {
  const storage = config.storage as Config | undefined;
  const files = storage?.files as readonly Config[] | undefined;
  return files === undefined ? config : { ...config, storage: { ...storage, files: files.map(change) } };
}

function lastKernel(configs: readonly MachineConfig[]): string {
  return (
    configs.findLast(({ spec }) => spec.kernelType === 'realtime' || spec.kernelType === '64k-pages')?.spec
      .kernelType ?? 'default'
  );
}

function lastImage(
  configs: readonly MachineConfig[],
  field: keyof Defaults,
  defaults: Defaults,
  release: ReleaseVersion,
): string {
  const heard = configs.filter((config) => config.spec[field] !== '' && isHeard(config, release));
  return heard.at(-1)?.spec[field] ?? defaults[field];
}

/** From 4.21 on, what the operator generated itself does not say which image a pool has. */
function isHeard({ metadata }: MachineConfig, release: ReleaseVersion): boolean {
  return !isAtLeast(release, '4.21') || (metadata.annotations?.[GENERATED_BY] ?? '') === '';
}

function decisionsOf(
  configs: readonly MachineConfig[],
  spec: MachineConfigSpec,
  release: ReleaseVersion,
): Decision[] {
  const nameOf = ({ metadata }: MachineConfig) => metadata.name;
  const images = (['osImageURL', 'baseOSExtensionsContainerImage'] as const).map((field): Decision => {
    const said = configs.filter((config) => config.spec[field] !== '');
    const winner = said.findLast((config) => isHeard(config, release));
    return {
      field,
      value: spec[field],
      by: winner === undefined ? [] : [nameOf(winner)],
      lost: said
        .filter((config) => config !== winner)
        .map((config) => ({
          name: nameOf(config),
          value: config.spec[field],
          why: isHeard(config, release) ? 'earlier' : 'generated',
        })),
    };
  });
  const kernels = configs.filter((config) => config.spec.kernelType !== '');
  const kernel = kernels.findLast((config) => config.spec.kernelType === spec.kernelType);
  const lists = (['extensions', 'kernelArguments'] as const).map(
    (field): Decision => ({
      field,
      value: spec[field] ?? [],
      by: configs.filter((config) => (config.spec[field] ?? []).length > 0).map(nameOf),
      lost: [],
    }),
  );
  return [
    ...images,
    {
      field: 'kernelType',
      value: spec.kernelType,
      by: kernel === undefined ? [] : [nameOf(kernel)],
      lost: kernels
        .filter((config) => config.spec.kernelType !== spec.kernelType)
        .map((config) => ({
          name: nameOf(config),
          value: config.spec.kernelType,
          why: config.spec.kernelType === 'default' ? 'default' : 'earlier',
        })),
    },
    ...lists,
    {
      field: 'fips',
      value: spec.fips,
      by: configs.filter((config) => config.spec.fips).map(nameOf),
      lost: [],
    },
  ];
}
