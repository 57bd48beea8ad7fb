import type { BuildObjects } from '../operator/build-objects/build-objects.ts';
import { CONFIG_KEY } from '../operator/build-objects/config-maps.ts';
import type { BuildSecret } from '../operator/build-objects/credentials.ts';
import { redacted } from '../values/redacted.ts';

const NOT_SAVED = '<not saved>';
const NOT_SHOWN = '<not shown: --show-secrets shows it>';

/** The objects of a build in the order that they are made, to be read: without credentials, unless these are asked for. */
export function shownObjects(
  { machineOSBuild, configMaps, secrets, job }: BuildObjects,
  showSecrets: boolean,
  /** What in the rendered MachineConfig is a secret. */
  hidden: readonly string[],
): object[] {
  return [
    ...(machineOSBuild ? [machineOSBuild] : []),
    ...(showSecrets ? configMaps : configMaps.map((map) => withoutConfig(map, hidden))),
    ...secrets.map((secret) => shownSecret(secret, showSecrets)),
    ...(job ? [showSecrets ? job : withoutPasswords(job)] : []),
  ];
}

function shownSecret(secret: BuildSecret, showSecrets: boolean): object {
  if (secret.data !== undefined && showSecrets) return secret;
  return { ...secret, data: { '.dockerconfigjson': secret.data === undefined ? NOT_SAVED : NOT_SHOWN } };
}

/** A rendered MachineConfig has the cluster's pull secret, and more. */
function withoutConfig(
  map: { readonly data?: Readonly<Record<string, string>> },
  hidden: readonly string[],
): object {
  if (hidden.length === 0 || map.data?.[CONFIG_KEY] === undefined) return map;
  return { ...map, data: { [CONFIG_KEY]: `${NOT_SHOWN}, with ${hidden.join(', ')}` } };
}

/** The URL of a proxy may have one. */
function withoutPasswords(job: object): object {
  return JSON.parse(JSON.stringify(job), (key, value) =>
    key === 'value' && typeof value === 'string' ? redacted(value) : value,
  );
}
