/** The type that the operator gives a build's credentials. */
export const DOCKER_JSON = 'kubernetes.io/dockerconfigjson';

/** The key that each type of a Secret with credentials of registries has. */
export const REGISTRY_KEYS: Readonly<Record<string, string>> = {
  [DOCKER_JSON]: '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** Whether a Secret's value is what must-gather puts in its place. */
export function isElided(value: string): boolean {
  return /^\d+ bytes long$/.test(value);
}
