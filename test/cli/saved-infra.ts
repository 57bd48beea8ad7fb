/** A pool that its cluster builds, and what somebody saved of that cluster. */
export const GROUP = 'machineconfiguration.openshift.io';
export const RENDERED = 'rendered-infra-0123456789abcdef0123456789abcdef';
export const BASE = `quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:${'a'.repeat(64)}`;
export const PASSWORD = 'dXNlcjpodW50ZXIy';

export const POOLS = `kind: Layer
name: tools
steps:
  - packages: { install: [htop] }
---
kind: Pool
name: infra
release: "4.18.21"
layers: [tools]
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
`;

export const custom = (kind: string, name: string, spec: object, metadata = {}) => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { name, ...metadata },
  spec,
});
export const secret = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'openshift-machine-config-operator' },
  type: 'kubernetes.io/dockerconfigjson',
  data: {
    '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { 'q.io': { auth: PASSWORD } } })).toString(
      'base64',
    ),
  },
});

export const PULL_SECRET = {
  path: '/var/lib/kubelet/config.json',
  contents: {
    source: `data:,${encodeURIComponent(JSON.stringify({ auths: { 'q.io': { auth: PASSWORD } } }))}`,
  },
};

export const OBJECTS = [
  custom('MachineConfigPool', 'infra', {
    machineConfigSelector: {
      matchExpressions: [{ key: `${GROUP}/role`, operator: 'In', values: ['worker', 'infra'] }],
    },
    configuration: { name: RENDERED, source: [{ kind: 'MachineConfig', name: '00-worker' }] },
  }),
  custom(
    'MachineConfig',
    RENDERED,
    {
      config: { ignition: { version: '3.5.0' }, storage: { files: [PULL_SECRET] } },
      osImageURL: BASE,
      baseOSExtensionsContainerImage: BASE,
      extensions: ['usbguard'],
    },
    {
      annotations: {
        [`${GROUP}/release-image-version`]: '4.20.5',
        [`${GROUP}/generated-by-controller-version`]: 'abc',
      },
    },
  ),
  custom(
    'MachineConfig',
    '00-worker',
    { config: { ignition: { version: '3.5.0' }, storage: { files: [PULL_SECRET] } }, osImageURL: BASE },
    {
      labels: { [`${GROUP}/role`]: 'worker' },
      annotations: { [`${GROUP}/generated-by-controller-version`]: 'abc' },
    },
  ),
  custom(
    'MachineConfig',
    '99-kernel',
    { kernelType: 'realtime', kernelArguments: ['quiet'] },
    { labels: { [`${GROUP}/role`]: 'infra' } },
  ),
  secret('os-push'),
  secret('global-pull-secret-copy'),
];

export function saved(objects: readonly object[] = OBJECTS): Record<string, string> {
  return { 'saved/objects.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) };
}

export const build = (name: string, machineConfig = RENDERED) =>
  custom('MachineOSBuild', name, {
    machineConfig: { name: machineConfig },
    machineOSConfig: { name: 'infra' },
  });
