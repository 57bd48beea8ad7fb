import { Refusal } from '../refusal.ts';
import { type ConfigMap, configMapsOf } from './config-maps.ts';
import { type BuildSecret, secretsOf } from './credentials.ts';
import type { Build, BuildObjectsInput } from './input.ts';
import { jobOf } from './job.ts';
import { machineOSBuildOf, nameBuild } from './machine-os-build.ts';

/** All that machine-os-builder makes for a build, as far as it comes. */
export interface BuildObjects {
  readonly machineOSBuild?: object;
  readonly configMaps: readonly ConfigMap[];
  readonly secrets: readonly BuildSecret[];
  readonly job?: object;
  /** At what it stops, and the operator's words for it. */
  readonly refused?: { readonly at: 'machineosbuild' | 'configmaps' | 'secrets'; readonly message: string };
}

export function buildObjects(input: BuildObjectsInput): BuildObjects {
  const named = attempt('machineosbuild', () => nameBuild(input));
  if ('refused' in named) return { configMaps: [], secrets: [], ...named };
  const build: Build = named.value;
  const made = { machineOSBuild: machineOSBuildOf(build) };
  const configMaps = attempt('configmaps', () => configMapsOf(build));
  if ('refused' in configMaps) return { ...made, configMaps: [], secrets: [], ...configMaps };
  const secrets = attempt('secrets', () => secretsOf(build));
  if ('refused' in secrets) return { ...made, configMaps: configMaps.value, secrets: [], ...secrets };
  return { ...made, configMaps: configMaps.value, secrets: secrets.value, job: jobOf(build) };
}

type Refused = Required<Pick<BuildObjects, 'refused'>>;

function attempt<Value>(
  at: Refused['refused']['at'],
  make: () => Value,
): { readonly value: Value } | Refused {
  try {
    return { value: make() };
  } catch (error) {
    if (error instanceof Refusal) return { refused: { at, message: error.message } };
    throw error;
  }
}
