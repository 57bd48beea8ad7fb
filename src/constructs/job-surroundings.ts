import { basename } from 'node:path/posix';
import type { JobSettings } from '../spec/job.ts';

/** What of the cluster a build works with, beside what was reviewed. */
export interface Surrounding {
  /** The volume's name, and its folder's. */
  readonly name: string;
  readonly source: { configMap: { name: string } } | { secret: { secretName: string } };
  /** The builder's own file whose place it takes. */
  readonly replaces?: string;
  /** The one file that counts, of a folder that has others. */
  readonly file?: string;
  /** Where instructions see it. */
  readonly target?: string;
}

/** Where the folders are in the container. */
const FOLDER = '/tmp/surroundings';

/** What a Job's settings name of its namespace, in the order in which it is mounted. `id` is the Job's name. */
export function surroundingsOf(id: string, job: JobSettings): readonly Surrounding[] {
  const configMap = (name: string) => ({ configMap: { name } });
  const { trustBundle, registries, policy, yumRepositories, gpgKeys } = job;
  const all: (Surrounding | undefined)[] = [
    trustBundle && {
      name: 'trust-bundle',
      source: configMap(trustBundle === 'cluster' ? trustBundleName(id) : trustBundle.configMap),
      file: 'ca-bundle.crt',
      target: '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
    },
    registries === undefined
      ? undefined
      : { name: 'registries', source: configMap(registries), replaces: '/etc/containers/registries.conf' },
    policy === undefined
      ? undefined
      : { name: 'policy', source: configMap(policy), replaces: '/etc/containers/policy.json' },
    yumRepositories === undefined
      ? undefined
      : { name: 'yum-repositories', source: configMap(yumRepositories), target: '/etc/yum.repos.d' },
    gpgKeys === undefined
      ? undefined
      : { name: 'gpg-keys', source: { secret: { secretName: gpgKeys } }, target: '/etc/pki/rpm-gpg' },
  ];
  return all.filter((surrounding) => surrounding !== undefined);
}

/** The ConfigMap that OpenShift writes the authorities into that it trusts. */
export function trustBundleName(id: string): string {
  return `trust-${id}`;
}

export function volumeOf({ name, source }: Surrounding) {
  return { name, ...source };
}

export function mountOf({ name, replaces }: Surrounding) {
  return replaces === undefined
    ? { name, mountPath: `${FOLDER}/${name}`, readOnly: true }
    : { name, mountPath: replaces, subPath: basename(replaces), readOnly: true };
}

/** Variables of the container: where the folders are, and what programs read by themselves. */
export function environmentOf(
  surroundings: readonly Surrounding[],
  { proxy }: JobSettings,
): Record<string, string> {
  const trust = surroundings.find(({ name }) => name === 'trust-bundle');
  const values = proxy === undefined || 'secret' in proxy ? undefined : proxy;
  const proxies = {
    HTTP_PROXY: values?.httpProxy,
    HTTPS_PROXY: values?.httpsProxy,
    NO_PROXY: values?.noProxy,
  };
  return {
    ...(surroundings.some(({ target }) => target !== undefined) && { SURROUNDINGS: FOLDER }),
    // Go reads it, and so does OpenSSL: buildah and curl.
    ...(trust && { SSL_CERT_FILE: `${FOLDER}/${trust.name}/${trust.file}` }),
    ...(Object.fromEntries(Object.entries(proxies).filter(([, value]) => value !== undefined)) as Record<
      string,
      string
    >),
  };
}
