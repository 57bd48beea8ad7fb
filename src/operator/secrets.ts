import * as z from 'zod';
import { isElided, REGISTRY_KEYS } from '../values/registry-secret.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import {
  type DockerConfig,
  legacyConfig,
  looseConfig,
  printConfig,
  streamConfig,
  strictConfig,
} from './docker-config.ts';
import { quoted } from './names.ts';
import { Refusal } from './refusal.ts';

export const secret = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().nullish() }),
  type: z.string().nullish(),
  data: z.record(z.string(), z.string().nullish()).nullish(),
  stringData: z.record(z.string(), z.string().nullish()).nullish(),
});

export type Secret = z.output<typeof secret>;

/** Whether the tool that saved it took the content out, as must-gather does. */
export function hasElided(secret: Secret): boolean {
  return [...dataOf(secret).values()].some((value) => isElided(value.toString('latin1')));
}

/** The credentials of a build, in the one form that it is given them in. Throws a Refusal with the operator's words. */
export function canonicalSecret(secret: Secret, release: ReleaseVersion): string {
  const data = dataOf(secret);
  if (!isAtLeast(release, '4.20')) return looseConfig(olderValue(secret, data));
  const value = validValue(secret, data);
  if (value.toString('utf8').trim() === 'null') throw new Refusal('dockerconfig bytes contain JSON null');
  const isStream = isAtLeast(release, '4.22') && !isAtLeast(release, '4.23');
  return printConfig(isStream ? streamConfig(value) : configOf(value));
}

/** New credentials, or else old ones, unless something says that they are meant to be new. */
function configOf(value: Buffer): DockerConfig {
  const strict = strictConfig(value);
  if (strict.error === undefined) return strict.config;
  if (strict.hasOwnKeys) {
    throw new Refusal(
      `input has DockerConfigJSON-specific keys but failed to decode as DockerConfigJSON: ${strict.error}`,
    );
  }
  const { config, error } = legacyConfig(value);
  if (error === undefined) return config;
  throw new Refusal(`decoding DockerConfig / DockerConfigJSON: could not decode DockerConfig: ${error}`);
}

function dataOf({ data, stringData }: Secret): ReadonlyMap<string, Buffer> {
  return new Map([
    ...Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value ?? '', 'base64')] as const),
    ...Object.entries(stringData ?? {}).map(([key, value]) => [key, Buffer.from(value ?? '')] as const),
  ]);
}

function validValue({ metadata, type }: Secret, data: ReadonlyMap<string, Buffer>): Buffer {
  const { name, namespace } = metadata;
  const refuse = (why: string) =>
    new Refusal(`secret '${name || '<unnamed>'}/${namespace || '<unnamespaced>'}' ${why}`);
  if (data.size === 0) throw refuse('has no data');
  if (!type) throw refuse('type field not set');
  const key = REGISTRY_KEYS[type];
  if (key === undefined) {
    throw refuse(
      `invalid secret key type ${type}, expected 'kubernetes.io/dockercfg' or 'kubernetes.io/dockerconfigjson'`,
    );
  }
  const value = data.get(key);
  if (value === undefined) throw refuse(`type is '${type}' but required key '${key}' is missing`);
  if (value.length === 0) throw refuse(`type is '${type}' but key '${key}' has an empty value`);
  const other = Object.values(REGISTRY_KEYS).find((candidate) => candidate !== key && data.has(candidate));
  if (other !== undefined) throw refuse(`type is '${type}' but also contains unexpected key '${other}'`);
  return value;
}

/** Up to 4.19. */
function olderValue({ metadata: { name }, type }: Secret, data: ReadonlyMap<string, Buffer>): Buffer {
  const key = REGISTRY_KEYS[type ?? ''];
  if (key === undefined) throw new Refusal(`unknown secret type ${type ?? ''}`);
  const value = data.get(key);
  if (value === undefined) throw new Refusal(`missing ${quoted(key)} in ${name}`);
  if (value.length === 0) throw new Refusal(`empty value ${quoted(key)} in ${name}`);
  return value;
}
