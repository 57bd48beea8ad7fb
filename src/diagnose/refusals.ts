import type { StageName } from './fault.ts';
import type { Subject } from './subject.ts';

/** Why the operator starts no build, by what it then says: in its log, and hardly anywhere else. */
export interface Refusal {
  readonly code: string;
  /** The stage that it is about. */
  readonly stage: StageName;
  readonly says: RegExp;
  /** Whether the line is of this pool, or of all. Default: it has the pool's name in it, as a word. */
  readonly isOf?: (groups: Readonly<Record<string, string | undefined>>, subject: Subject) => boolean;
  what(groups: Readonly<Record<string, string | undefined>>): string;
  readonly hint: string;
}

export const everybodys = () => true;

const SECRET_FORM =
  'It is of type kubernetes.io/dockerconfigjson with the key .dockerconfigjson, or of kubernetes.io/dockercfg with .dockercfg, and has not both: `oc create secret docker-registry <name> -n openshift-machine-config-operator …`.';
const JSON_FORM =
  'From 4.20 on an entry has username, password, email and auth, and nothing else: log in with a user name and a password, or with a token as the password.';

/** In what words, and of what. Of two that know a line, the first one has it. */
export const REFUSALS: readonly Refusal[] = [
  {
    code: 'config-missing',
    stage: 'config',
    says: /MachineOSConfig for pool (?<pool>\S+) missing, did you create it\?/,
    isOf: ({ pool }, subject) => pool === subject.pool,
    what: ({ pool }) => `there is no MachineOSConfig for the pool ${pool}`,
    hint: 'Apply it, or take the label layering-enabled off the pool. No pool is built while one lacks its MachineOSConfig.',
  },
  {
    code: 'config-twice',
    stage: 'config',
    says: /expected to only find one MachineOSConfig for MachineConfigPool "(?<pool>[^"]+)", found: (?<count>\d+)/,
    isOf: ({ pool }, subject) => pool === subject.pool,
    what: ({ pool, count }) => `the pool ${pool} has ${count} MachineOSConfigs`,
    hint: 'Delete all but the one that is named like the pool.',
  },
  {
    code: 'config-not-pools',
    stage: 'config',
    says: /name mismatch, MachineConfigPool has "(?<pool>[^"]+)", MachineOSConfig has "(?<config>[^"]+)"/,
    isOf: ({ pool, config }, subject) => pool === subject.pool || config === subject.pool,
    what: ({ pool, config }) =>
      `the MachineOSConfig is for the pool ${config}, and was taken for one of ${pool}`,
    hint: 'Name the MachineOSConfig like its pool, and name that pool in spec.machineConfigPool.name.',
  },
  {
    code: 'config-not-pools',
    stage: 'config',
    says: /MachineOSConfig name must match the referenced MachineConfigPool name/,
    isOf: everybodys,
    what: () => 'the API server refused a MachineOSConfig that is not named like its pool',
    hint: 'Name it like the pool. Before August 2025 other names were taken, and such objects live on.',
  },
  {
    code: 'push-spec-refused',
    stage: 'config',
    says: /could not validate renderdImagePushspec (?<spec>\S+) for MachineOSConfig (?<config>[^:\s]+): (?<why>.*)/,
    isOf: ({ config }, subject) => config === (subject.config?.name ?? subject.pool),
    what: ({ spec, why }) => `the operator does not take the push spec ${spec} (${why})`,
    hint: 'A push spec is host/namespace/name:tag, in small letters, with a tag, without a digest, and with docker.io written out.',
  },
  {
    code: 'push-spec-refused',
    stage: 'config',
    says: /invalid renderedImagePushSpec for MachineOSConfig (?<config>[^:\s]+): (?<why>.*)|renderedImagePushspec empty for MachineOSConfig (?<other>\S+)/,
    isOf: ({ config, other }, subject) => (config ?? other) === (subject.config?.name ?? subject.pool),
    what: ({ why }) => `the operator does not take the push spec (${why ?? 'it is empty'})`,
    hint: 'A push spec is host/namespace/name:tag, in small letters, with a tag, without a digest, and with docker.io written out.',
  },
  {
    code: 'pool-missing',
    stage: 'pool',
    says: /no MachineConfigPool named (?<pool>\S+) exists for MachineOSConfig (?<config>\S+)/,
    isOf: ({ pool, config }, subject) => pool === subject.pool || config === subject.config?.name,
    what: ({ pool, config }) => `the MachineOSConfig ${config} is for the pool ${pool}, which is not there`,
    hint: 'Create the MachineConfigPool, or correct spec.machineConfigPool.name.',
  },
  {
    code: 'pool-degraded',
    stage: 'pool',
    says: /MachineConfigPool (?<pool>\S+) is degraded due to non-build issues/,
    isOf: ({ pool }, subject) => pool === subject.pool,
    what: ({ pool }) => `the pool ${pool} is degraded, and no build is started while it is`,
    hint: 'Settle that first: the conditions of the pool say which node or MachineConfig it is.',
  },
  {
    code: 'rendered-unfit',
    stage: 'pool',
    says: /(?<why>(?:missing|empty) annotation "[^"]+" (?:value )?on MachineConfig "(?<name>[^"]+)"|machineconfig "(?<other>[^"]+)" is not a rendered MachineConfig)/,
    isOf: ({ name, other }, subject) =>
      (name ?? other ?? '').startsWith(`rendered-${subject.pool}-`) ||
      (name ?? other) === subject.machineConfigPool?.name ||
      other !== undefined,
    what: ({ why }) => `the pool's configuration cannot be built from (${why})`,
    hint: 'It has to be a rendered MachineConfig as the operator writes it: take out what was edited in it by hand, and let the pool render anew.',
  },
  {
    code: 'rendered-missing',
    stage: 'pool',
    says: /could not (?:get|retrieve) (?:MachineConfig|machineconfig) "?(?<name>rendered-[^\s":]+)"?.*not found/,
    isOf: ({ name }, subject) => name!.startsWith(`rendered-${subject.pool}-`),
    what: ({ name }) => `the MachineConfig ${name} that the pool is to have is not there`,
    hint: 'The operator renders it anew when a MachineConfig of the pool changes. Nobody should delete rendered ones.',
  },
  {
    code: 'secret-not-found',
    stage: 'secrets',
    says: /could not validate (?<field>renderedImagePushSecret|baseImagePullSecret) "(?<name>[^"]*)" for MachineOSConfig (?<config>[^:\s]+): secret \S+ from \S+ is not found/,
    isOf: ({ config }, subject) => config === (subject.config?.name ?? subject.pool),
    what: ({ field, name }) => `there is no Secret ${name}, which ${field} names`,
    hint: 'It has to be in openshift-machine-config-operator: `oc -n openshift-machine-config-operator get secrets`. The builder-dockercfg-… of a service account changes its name when it is renewed.',
  },
  {
    code: 'secret-unnamed',
    stage: 'secrets',
    says: /could not validate (?<field>renderedImagePushSecret|baseImagePullSecret) "" for MachineOSConfig (?<config>[^:\s]+): no secret name provided|renderedImagePushSecret empty for MachineOSConfig (?<other>\S+)/,
    isOf: ({ config, other }, subject) => (config ?? other) === (subject.config?.name ?? subject.pool),
    what: ({ field = 'renderedImagePushSecret' }) => `${field} names no Secret`,
    hint: 'Give its name, or leave baseImagePullSecret out: the operator then takes global-pull-secret-copy.',
  },
  {
    code: 'secret-type',
    stage: 'secrets',
    says: /(?:MachineOSConfig (?<config>[^:\s]+): )?(?:.*: )?secret '(?<name>[^'/]+)\/[^']*' (?<why>has no data|type field not set|invalid secret key type .*|type is '[^']*' but .*)/,
    isOf: ({ config }, subject) => config === undefined || config === (subject.config?.name ?? subject.pool),
    what: ({ name, why }) => `the Secret ${name} is not of the form that the operator takes (${why})`,
    hint: SECRET_FORM,
  },
  {
    code: 'secret-content',
    stage: 'secrets',
    says: /(?:could not canonicalize (?:pull )?secret "?(?<name>[^":\s]*)"?: )?.*?(?<why>input has DockerConfigJSON-specific keys but failed to decode as DockerConfigJSON: .*|could not decode DockerConfig: .*|decoding DockerConfig \/ DockerConfigJSON: .*|empty dockerconfig bytes|dockerconfig bytes contain JSON null)/,
    isOf: everybodys,
    what: ({ name, why }) =>
      `what is in ${name ? `the Secret ${name}` : 'a Secret'} is not as the operator reads it (${why})`,
    hint: JSON_FORM,
  },
  {
    code: 'nodes-not-coreos',
    stage: 'operator',
    says: /(?<why>on-cluster layering is only supported on CoreOS-based nodes|non-CoreOS OS "[^"]*" detected on node "(?<node>[^"]*)")/,
    isOf: everybodys,
    what: ({ node }) => `${node ? `the node ${node}` : 'a node'} of a layered pool does not run CoreOS`,
    hint: 'Images are for nodes of RHEL CoreOS only: take the others out of the pool.',
  },
  {
    code: 'containerfile-invalid',
    stage: 'build',
    says: /MachineOSBuild "(?<build>[^"]+)" has an invalid Containerfile; marking as failed: (?<why>.*)|(?<other>Containerfile validation failed: .*)/,
    isOf: ({ build }, subject) => build === undefined || build === subject.buildName,
    what: ({ why, other }) =>
      `the Containerfile is not one (${(why ?? other)!.replace(/^Containerfile validation failed: /, '')})`,
    hint: 'From 5.0 on the operator reads it before it starts a Job. It is the whole of it that is read, with the stages that the operator puts first.',
  },
  {
    code: 'extension-unknown',
    stage: 'build',
    says: /(?<why>invalid extensions found: \[[^\]]*\]|64k-pages is only supported for aarch64 architecture)/,
    isOf: everybodys,
    what: ({ why }) => `the pool's MachineConfigs ask for what this cluster does not have (${why})`,
    hint: 'Correct `extensions` or `kernelType` of the MachineConfigs of the pool: `layers check --manifests` knows those of each release.',
  },
  {
    code: 'build-not-started',
    stage: 'build',
    says: /imagebuilder could not start build for MachineOSBuild "(?<build>[^"]+)": (?<why>.*)/,
    isOf: ({ build }, subject) => build === subject.buildName,
    what: ({ why }) => `the builder could not start the build (${why})`,
    hint: 'The builder tries again by itself once what it names is there.',
  },
  {
    code: 'operator-refused',
    stage: 'operator',
    says: /could not (?:update|apply|scale|wait for) Machine OS Builder(?: deployment(?: rollout)?)?: (?<why>.*)/,
    isOf: everybodys,
    what: ({ why }) => `the operator does not start the builder (${why})`,
    hint: 'No pool is built until this is settled, those without a fault included.',
  },
];

/** What helps, for stages that find the same otherwise. */
export function hintOf(code: string): string {
  return REFUSALS.find((refusal) => refusal.code === code)!.hint;
}
