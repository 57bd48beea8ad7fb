import { profileOf } from '../profiles.ts';
import type { Build } from './input.ts';
import { labelsOf, metadataOf, nameOf, timestamp } from './metadata.ts';
import { buildScript, digestScript } from './scripts.ts';

/** 0755, of what is mounted where the image's own is. */
const READABLE = 0o755;

/** A Secret or ConfigMap that is mounted where it is there. */
interface Mounted {
  readonly name: string;
  readonly path: string;
  readonly variable: string;
  readonly source: object;
}

/** The Job of a build. */
export function jobOf(build: Build): object {
  const profile = profileOf(build.release);
  const { operatorImage } = build.environment;
  const env = environmentOf(build);
  const volumeMounts = mountsOf(build);
  const container = (name: string, image: string, script: string, mounts: readonly object[]) => ({
    command: ['/bin/bash', '-c', script],
    env,
    image,
    imagePullPolicy: 'Always',
    name,
    resources: {},
    securityContext: {},
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: mounts,
  });
  const image = container('image-build', operatorImage, buildScript(profile), [
    ...volumeMounts,
    { mountPath: '/home/build/.local/share/containers', name: 'buildah-cache' },
  ]);
  const digestImage = profile.digestInOperatorImage ? operatorImage : build.images.base;
  const digest = container(profile.digestContainer, digestImage, digestScript(profile), volumeMounts);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      ...metadataOf(build, 'job'),
      ownerReferences: [
        {
          apiVersion: 'machineconfiguration.openshift.io/v1',
          blockOwnerDeletion: true,
          controller: true,
          kind: 'MachineOSBuild',
          name: build.name,
          uid: build.uid,
        },
      ],
    },
    spec: {
      backoffLimit: 3,
      completions: 1,
      template: {
        metadata: timestamp(build),
        spec: {
          ...(profile.buildsFirst
            ? { containers: [digest], initContainers: [image] }
            : { containers: [image, digest] }),
          restartPolicy: 'Never',
          serviceAccountName: 'machine-os-builder',
          ...(profile.gracePeriod && { terminationGracePeriodSeconds: 10 }),
          volumes: volumesOf(build),
        },
      },
    },
    status: {},
  };
}

function environmentOf(build: Build): { name: string; value?: string }[] {
  const { labelSeparator, namesBase } = profileOf(build.release);
  const { proxy } = build.environment;
  const labels = Object.entries(labelsOf(build)).map(([key, value]) => `${key}=${value}`);
  return Object.entries({
    MAX_RETRIES: '3',
    DIGEST_CONFIGMAP_NAME: nameOf(build, 'digest'),
    DIGEST_CONFIGMAP_LABELS: labels.sort().join(labelSeparator),
    HOME: '/home/build',
    TAG: build.tag,
    BASE_IMAGE_PULL_CREDS: '/tmp/base-image-pull-creds/config.json',
    FINAL_IMAGE_PUSH_CREDS: '/tmp/final-image-push-creds/config.json',
    BUILDAH_ISOLATION: 'chroot',
    HTTP_PROXY: proxy?.httpProxy ?? '',
    HTTPS_PROXY: proxy?.httpsProxy ?? '',
    NO_PROXY: proxy?.noProxy ?? '',
    ...(namesBase && { BASE_OS_IMAGE_PULLSPEC: build.images.base }),
    ...Object.fromEntries(mountedOf(build).map(({ variable, path }) => [variable, path])),
  }).map(([name, value]) => ({ name, ...(value !== '' && { value }) }));
}

function mountedOf({ environment, config }: Build): Mounted[] {
  const { hasEntitlement, hasYumRepos, hasGpgKeys } = environment;
  const secret = (secretName: string) => ({ secret: { defaultMode: READABLE, secretName } });
  const entitlement: Mounted = {
    name: 'etc-pki-entitlement',
    path: '/etc/pki/entitlement',
    variable: 'ETC_PKI_ENTITLEMENT_MOUNTPOINT',
    source: secret(`etc-pki-entitlement-${config.spec.machineConfigPool.name}`),
  };
  const yumRepos: Mounted = {
    name: 'etc-yum-repos-d',
    path: '/etc/yum.repos.d',
    variable: 'ETC_YUM_REPOS_D_MOUNTPOINT',
    source: { configMap: { defaultMode: READABLE, name: 'etc-yum-repos-d' } },
  };
  const gpgKeys: Mounted = {
    name: 'etc-pki-rpm-gpg',
    path: '/etc/pki/rpm-gpg',
    variable: 'ETC_PKI_RPM_GPG_MOUNTPOINT',
    source: secret('etc-pki-rpm-gpg'),
  };
  return [
    ...(hasEntitlement ? [entitlement] : []),
    ...(hasYumRepos ? [yumRepos] : []),
    ...(hasGpgKeys ? [gpgKeys] : []),
  ];
}

function mountsOf(build: Build): object[] {
  return [
    { mountPath: '/tmp/machineconfig', name: 'machineconfig' },
    { mountPath: '/tmp/containerfile', name: 'containerfile' },
    { mountPath: '/etc/containers/policy.json', name: 'etc-policy', subPath: 'policy.json' },
    { mountPath: '/etc/containers/registries.conf', name: 'etc-registries', subPath: 'registries.conf' },
    { mountPath: '/etc/pki/ca-trust/source/anchors', name: 'additional-trust-bundle' },
    { mountPath: '/tmp/base-image-pull-creds', name: 'base-image-pull-creds' },
    { mountPath: '/tmp/final-image-push-creds', name: 'final-image-push-creds' },
    { mountPath: '/tmp/done', name: 'done' },
    ...mountedOf(build).map(({ path, name }) => ({ mountPath: path, name })),
  ];
}

function volumesOf(build: Build): object[] {
  const configMap = (name: string, what: Parameters<typeof nameOf>[1], more = {}) => ({
    configMap: { name: nameOf(build, what), ...more },
    name,
  });
  const secret = (name: string, what: 'base' | 'final') => ({
    name,
    secret: { items: [{ key: '.dockerconfigjson', path: 'config.json' }], secretName: nameOf(build, what) },
  });
  return [
    configMap('containerfile', 'containerfile'),
    configMap('machineconfig', 'machineConfig'),
    configMap('additional-trust-bundle', 'trustBundle'),
    configMap('etc-policy', 'policy', { optional: true }),
    configMap('etc-registries', 'registries', { optional: true }),
    secret('base-image-pull-creds', 'base'),
    secret('final-image-push-creds', 'final'),
    { emptyDir: { medium: 'Memory' }, name: 'done' },
    { emptyDir: {}, name: 'buildah-cache' },
    ...mountedOf(build).map(({ name, source }) => ({ name, ...source })),
  ];
}
