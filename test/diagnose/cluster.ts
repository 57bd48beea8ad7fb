import { gzipSync } from 'node:zlib';
import { folderOf } from '../gathered/folder.ts';

/** Objects as a cluster has them, healthy but for what a test says. Shapes are Kubernetes' own. */
export type Saved = Readonly<Record<string, unknown>>;

export const GROUP = 'machineconfiguration.openshift.io';
export const MCO = 'openshift-machine-config-operator';
export const POOL = 'infra';
export const HASH = '32ef35dea3e553071277954842edb33a';
export const BUILD = `${POOL}-${HASH}`;
export const RENDERED = `rendered-${POOL}-6208c0db8119cfe2c9c4e42099617a43`;
export const DIGEST = `sha256:${'3c'.repeat(32)}`;
export const BASE = `quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:${'ab'.repeat(32)}`;
export const PUSH_SPEC = 'quay.io/team/os:latest';
export const PASSWORD = 'hunter2-never-print-me';

export const CONTENT = `FROM configs AS final
RUN dnf install -y cowsay && \\
    dnf clean all
RUN curl --fail -L https://example.com/yq -o /usr/bin/yq && chmod +x /usr/bin/yq
RUN ostree container commit
`;

/** The operator's stages in front of a pool's own Containerfile: as many instructions as count for places. */
export const OPERATORS = `FROM ${BASE} AS extract
COPY ./machineconfig/machineconfig.json.gz /tmp/machineconfig.json.gz
RUN mkdir -p /etc/machine-config-daemon
FROM ${BASE} AS configs
COPY --from=extract /etc/machine-config-daemon/currentconfig /etc/machine-config-daemon/currentconfig
RUN rpm-ostree install NetworkManager-libreswan
LABEL machineconfigpool=${POOL}
`;

const AUTHS = { auths: { 'quay.io': { auth: Buffer.from(`robot:${PASSWORD}`).toString('base64') } } };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const condition = (type: string, status: string, reason = '', message = ''): Saved => ({
  ...{ type, status, reason, message },
  lastTransitionTime: '2025-10-17T10:55:00Z',
});

export function config(spec: Saved = {}, more: Saved = {}): Saved {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'MachineOSConfig',
    metadata: {
      name: POOL,
      uid: '0f',
      generation: 1,
      creationTimestamp: '2025-10-17T10:00:00Z',
      ...(more.metadata as object),
    },
    spec: {
      machineConfigPool: { name: POOL },
      imageBuilder: { imageBuilderType: 'Job' },
      baseImagePullSecret: { name: 'pull' },
      renderedImagePushSecret: { name: 'push' },
      renderedImagePushSpec: PUSH_SPEC,
      containerFile: [{ containerfileArch: 'NoArch', content: CONTENT }],
      ...spec,
    },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

export function pool(conditions: readonly Saved[] = [], spec: Saved = {}, status: Saved = {}): Saved {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'MachineConfigPool',
    metadata: { name: POOL },
    spec: { configuration: { name: RENDERED }, paused: false, ...spec },
    status: {
      ...{ machineCount: 1, readyMachineCount: 0, updatedMachineCount: 0, degradedMachineCount: 0 },
      configuration: { name: RENDERED },
      conditions: [condition('NodeDegraded', 'False'), condition('RenderDegraded', 'False'), ...conditions],
      ...status,
    },
  };
}

export function rendered(annotations: Saved = {}, name = RENDERED, spec: Saved = {}): Saved {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'MachineConfig',
    metadata: {
      name,
      annotations: {
        [`${GROUP}/generated-by-controller-version`]: 'abc',
        [`${GROUP}/release-image-version`]: '4.21.3',
        ...annotations,
      },
    },
    spec: { osImageURL: BASE, config: { ignition: { version: '3.5.0' } }, ...spec },
  };
}

export function secret(name: string, more: Saved = {}): Saved {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: MCO },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(JSON.stringify(AUTHS)) },
    ...more,
  };
}

export const dockerJson = (value: unknown): Saved => ({
  data: { '.dockerconfigjson': base64(typeof value === 'string' ? value : JSON.stringify(value)) },
});

const TYPES = ['Prepared', 'Building', 'Succeeded', 'Interrupted', 'Failed'];
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  Prepared: ['Prepared', 'Build Prepared and Pending'],
  Building: ['Building', 'Image Build In Progress'],
  Failed: ['Failed', 'Build Failed'],
  Interrupted: ['Interrupted', 'Build Interrupted'],
  Succeeded: ['Ready', 'Build Ready'],
};

export function build(
  state: string | undefined,
  more: { status?: Saved; spec?: Saved; message?: string } = {},
): Saved {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: 'MachineOSBuild',
    metadata: {
      name: BUILD,
      creationTimestamp: '2025-10-17T10:30:00Z',
      labels: {
        [`${GROUP}/target-machine-config-pool`]: POOL,
        [`${GROUP}/machine-os-config`]: POOL,
        [`${GROUP}/rendered-machine-config`]: RENDERED,
      },
      ownerReferences: [
        { apiVersion: `${GROUP}/v1`, kind: 'MachineOSConfig', name: POOL, uid: '0f', controller: true },
      ],
    },
    spec: {
      machineConfig: { name: RENDERED },
      machineOSConfig: { name: POOL },
      renderedImagePushSpec: `quay.io/team/os:${BUILD}`,
      ...more.spec,
    },
    status: {
      buildStart: '2025-10-17T10:30:00Z',
      ...(state !== undefined && {
        conditions: TYPES.map((type) =>
          condition(
            type,
            type === state ? 'True' : 'False',
            REASONS[type]![0],
            type === state ? (more.message ?? REASONS[type]![1]) : REASONS[type]![1],
          ),
        ),
      }),
      ...more.status,
    },
  };
}

export function job(status: Saved, spec: Saved = {}): Saved {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `build-${BUILD}`,
      namespace: MCO,
      labels: {
        [`${GROUP}/target-machine-config-pool`]: POOL,
        [`${GROUP}/machine-os-build`]: BUILD,
      },
    },
    spec: { backoffLimit: 3, completions: 1, ...spec },
    status,
  };
}

export const FAILED_JOB = job({
  failed: 4,
  conditions: [
    condition('FailureTarget', 'True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'),
    condition('Failed', 'True', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'),
  ],
});

export const RUNNING_JOB = job({ active: 1, ready: 0 });

export const DONE_JOB = job({ succeeded: 1, conditions: [condition('Complete', 'True')] });

export const POD = `build-${BUILD}-2jg2t`;

/** `status` is the pod's; by default its first container ended with 125. */
export function pod(status: Saved = ended(125), name = POD, createdAt = '2025-10-17T10:50:00Z'): Saved {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: MCO,
      creationTimestamp: createdAt,
      labels: { 'job-name': `build-${BUILD}` },
    },
    spec: { initContainers: [{ name: 'image-build' }], containers: [{ name: 'create-digest-configmap' }] },
    status,
  };
}

export function ended(exitCode: number, more: Saved = {}): Saved {
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    initContainerStatuses: [
      { name: 'image-build', ready: false, state: { terminated: { exitCode, reason, ...more } } },
    ],
    containerStatuses: [
      { name: 'create-digest-configmap', ready: false, state: { waiting: { reason: 'PodInitializing' } } },
    ],
  };
}

/** The first container went well, the other one did not. */
export function digestEnded(exitCode: number, message?: string): Saved {
  return {
    phase: 'Failed',
    initContainerStatuses: [
      { name: 'image-build', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
    ],
    containerStatuses: [
      {
        name: 'create-digest-configmap',
        state: { terminated: { exitCode, reason: 'Error', ...(message && { message }) } },
      },
    ],
  };
}

export function waiting(reason: string, message: string): Saved {
  return {
    phase: 'Pending',
    conditions: [condition('PodScheduled', 'True')],
    initContainerStatuses: [{ name: 'image-build', ready: false, state: { waiting: { reason, message } } }],
  };
}

export const unscheduled = (message: string): Saved => ({
  phase: 'Pending',
  conditions: [condition('PodScheduled', 'False', 'Unschedulable', message)],
});

export function event(kind: string, name: string, reason: string, message: string): Saved {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace: MCO },
    involvedObject: { kind, name, namespace: MCO },
    ...{ reason, message, type: 'Warning' },
  };
}

export function node(annotations: Saved): Saved {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'worker-1',
      labels: { [`node-role.kubernetes.io/${POOL}`]: '' },
      annotations: Object.fromEntries(
        Object.entries({ desiredConfig: RENDERED, ...annotations }).map(([key, value]) => [
          `${GROUP}/${key}`,
          value,
        ]),
      ),
    },
  };
}

/** What the operator gives a build, packed as it packs it. */
export function auxiliary(content = CONTENT, certificates = ''): Saved[] {
  const map = (name: string, data: Saved): Saved => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}${BUILD}`, namespace: MCO },
    ...data,
  });
  const packed = gzipSync(
    JSON.stringify(rendered({}, RENDERED, { kernelType: 'realtime', extensions: ['ipsec'] })),
  ).toString('base64');
  return [
    map('containerfile-', { data: { Containerfile: `${OPERATORS}${content}` } }),
    map('mc-', { data: { 'machineconfig.json.gz': packed } }),
    map('additionaltrustbundle-', {
      binaryData: { 'openshift-config-user-ca-bundle.crt': base64(certificates) },
    }),
    map('etc-policy-', { data: { 'policy.json': '{"default":[{"type":"insecureAcceptAnything"}]}' } }),
    map('etc-registries-', {
      data: {
        'registries.conf': `unqualified-search-registries = ['registry.access.redhat.com', 'docker.io']
[[registry]]
  location = "quay.io"
  blocked = true
[[registry.mirror]]
  location = "mirror.example.com:5000/quay"
`,
      },
    }),
    secret(`base-${BUILD}`),
    secret(`final-${BUILD}`),
  ];
}

export const digestMap = (digest = DIGEST): Saved => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `digest-${BUILD}`, namespace: MCO },
  data: { digest },
});

export const BUILDER_POD: Saved = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'machine-os-builder-b8f48488f-nsdbk', namespace: MCO },
  status: {
    phase: 'Running',
    conditions: [condition('Ready', 'True')],
    containerStatuses: [{ name: 'machine-os-builder', ready: true, state: { running: {} } }],
  },
};

/** What every folder has that a build was to be made of. */
export const INPUTS: readonly Saved[] = [
  config(),
  pool(),
  rendered(),
  secret('push'),
  secret('pull'),
  BUILDER_POD,
];

const RESOURCES: Readonly<Record<string, readonly [group: string, resource: string]>> = {
  MachineOSConfig: [GROUP, 'machineosconfigs'],
  MachineOSBuild: [GROUP, 'machineosbuilds'],
  MachineConfigPool: [GROUP, 'machineconfigpools'],
  MachineConfig: [GROUP, 'machineconfigs'],
  Node: ['core', 'nodes'],
  ClusterOperator: ['config.openshift.io', 'clusteroperators'],
  Pod: ['core', 'pods'],
  ConfigMap: ['core', 'configmaps'],
  Secret: ['core', 'secrets'],
  Event: ['core', 'events'],
  Job: ['batch', 'jobs'],
  Deployment: ['apps', 'deployments'],
};

/** `<pod>/<container>` and its lines. */
export type Logs = Readonly<Record<string, string>>;

/** A folder as `oc adm must-gather` writes it: one file an object of the cluster, one list a kind of each namespace. */
export function mustGather(objects: readonly Saved[], logs: Logs = {}): string {
  const files: Record<string, string | object> = {};
  const root = 'must-gather.local.1/quay-io-openshift-must-gather-sha256-01';
  for (const object of objects) {
    const { kind, metadata } = object as { kind: string; metadata: { name: string; namespace?: string } };
    const [group, resource] = RESOURCES[kind]!;
    const { name, namespace } = metadata;
    if (namespace === undefined) {
      files[`${root}/cluster-scoped-resources/${group}/${resource}/${name}.yaml`] = object;
      continue;
    }
    const file = `${root}/namespaces/${namespace}/${group}/${resource}.yaml`;
    files[file] ??= { apiVersion: object.apiVersion, kind: `${kind}List`, items: [] as Saved[] };
    (files[file] as { items: Saved[] }).items.push(object);
  }
  for (const [place, text] of Object.entries(logs)) {
    const [name, container] = place.split('/');
    const lines = text.split('\n').map((line) => `2025-10-17T10:51:32.000000001Z ${line}`);
    files[`${root}/namespaces/${MCO}/pods/${name}/${container}/${container}/logs/current.log`] =
      lines.join('\n');
  }
  return folderOf(files);
}

const DEBUG = 'time="2025-10-17T10:51:32Z" level=debug msg="Running &exec.Cmd{Path:\\"/bin/sh\\"}"';

/** A build's log up to an instruction that failed, as the operator's script prints it. */
export function failingLog(
  instruction: string,
  position: string,
  printed: string,
  exit = 'exit status 1',
): string {
  return `+ buildah bud --log-level=DEBUG --storage-driver vfs --authfile=/tmp/base-image-pull-creds/config.json --tag quay.io/team/os:${BUILD} /home/build/context
${DEBUG}
[1/3] STEP 1/3: FROM ${BASE} AS extract
Trying to pull ${BASE}...
Getting image source signatures
[3/3] STEP 1/4: FROM configs AS final
${position} ${instruction}
${DEBUG}
${printed}
subprocess exited with status 1
${DEBUG}
Error: building at STEP "${instruction}": ${exit}`;
}

export const DNF = 'RUN dnf install -y cowsay &&     dnf clean all';
export const CURL = 'RUN curl --fail -L https://example.com/yq -o /usr/bin/yq && chmod +x /usr/bin/yq';

/** A log that got as far as pushing. */
export function pushLog(error: string): string {
  return `+ buildah bud --storage-driver vfs /home/build/context
[3/3] STEP 4/4: RUN ostree container commit
[3/3] COMMIT quay.io/team/os:${BUILD}
+ buildah push --storage-driver vfs --authfile=/tmp/final-image-push-creds/config.json --digestfile=/tmp/done/digestfile --cert-dir /var/run/secrets/kubernetes.io/serviceaccount quay.io/team/os:${BUILD}
Getting image source signatures
Copying blob sha256:29f46dbdbc11454d191cd70ebbd18aec36bc2afc72757d38f2ad473b6dba1c75
Error: pushing image "quay.io/team/os:${BUILD}" to "docker://quay.io/team/os:${BUILD}": ${error}`;
}

/** klog's head, before a message. */
export const klog = (text: string, level = 'E'): string =>
  `${level}1017 09:42:42.524084       1 reconciler.go:634] ${text}`;
