import type { Logs, Saved } from './cluster.ts';
import * as k from './cluster.ts';

/** A failure: what was saved of it, and what is to be said: the stage, the code, and a part of a decisive line. */
export interface Failure {
  readonly name: string;
  readonly objects: readonly Saved[];
  readonly logs?: Logs;
  readonly stage: string;
  readonly code: string;
  /** In the lines that are shown; none where there is nothing to show. */
  readonly line?: string;
  /** In what is wrong. */
  readonly what?: string;
  /** The line of the pool's own Containerfile; 0 where it is the operator's. */
  readonly at?: number;
}

const OPERATOR = 'machine-config-operator-6d5f4c8b9-x2x7k/machine-config-operator';
const BUILDER = 'machine-os-builder-b8f48488f-nsdbk/machine-os-builder';
const LOG = `${k.POD}/image-build`;

const without = (...kinds: string[]): Saved[] =>
  k.INPUTS.filter((object) => !kinds.includes((object as { kind: string }).kind));
const withConfig = (config: Saved): Saved[] => [config, ...without('MachineOSConfig')];
const withPool = (pool: Saved): Saved[] => [pool, ...without('MachineConfigPool')];
const withPush = (push: Saved): Saved[] => [push, k.secret('pull'), ...without('Secret')];

const refused = (why: string): Logs => ({
  [OPERATOR]: `I1017 09:42:40.1 1 sync.go:10] fine\n${k.klog(`error syncing: could not update Machine OS Builder deployment: ${why}`)}`,
});
const built = (message: string): Logs => ({ [BUILDER]: `${k.klog('fine', 'I')}\n${k.klog(message)}` });

const degradedByBuild = k.condition(
  'ImageBuildDegraded',
  'True',
  'BuildFailed',
  `Failed to build OS image for pool infra (MachineOSBuild: ${k.BUILD}): Failed: Build Failed`,
);

/** A build that failed four times, as far as the log of its last attempt goes. */
function failedBuild(log: string, more: readonly Saved[] = k.auxiliary()): Pick<Failure, 'objects' | 'logs'> {
  return {
    objects: [...withPool(k.pool([degradedByBuild])), k.build('Failed'), k.FAILED_JOB, k.pod(), ...more],
    logs: { [LOG]: log },
  };
}

/** The log of a container that was ended in an instruction. */
const endingAt = (step: string): string => `+ buildah bud /home/build/context\n${step}`;

const building = (pod: Saved, ...more: readonly Saved[]): Saved[] => [
  ...k.INPUTS,
  k.build('Building'),
  k.RUNNING_JOB,
  pod,
  ...k.auxiliary(),
  ...more,
];

const succeeded = (spec: string = `quay.io/team/os@${k.DIGEST}`): Saved =>
  k.build('Succeeded', { status: { digestedImagePushSpec: spec, buildEnd: '2025-10-17T10:55:00Z' } });

const current = k.config(
  {},
  {
    metadata: { annotations: { [`${k.GROUP}/current-machine-os-build`]: k.BUILD } },
    status: { currentImagePullSpec: `quay.io/team/os@${k.DIGEST}` },
  },
);

const IN_DNF = '[3/3] STEP 2/4:';
const IN_CURL = '[3/3] STEP 3/4:';

export const FAILURES: readonly Failure[] = [
  // No build was started
  {
    name: 'no MachineOSConfig, as the operator says it',
    objects: withConfig(k.config({ machineConfigPool: { name: 'other' } }, { metadata: { name: 'other' } })),
    logs: refused('MachineOSConfig for pool infra missing, did you create it?'),
    stage: 'config',
    code: 'config-missing',
    line: 'did you create it?',
  },
  {
    name: 'two MachineOSConfigs for one pool',
    objects: [k.config({}, { metadata: { name: 'layered-image' } }), ...k.INPUTS],
    logs: built(
      'expected to only find one MachineOSConfig for MachineConfigPool "infra", found: 2 ([infra layered-image])',
    ),
    stage: 'config',
    code: 'config-twice',
    line: 'found: 2',
  },
  {
    name: 'a MachineOSConfig that is not named like its pool',
    objects: withConfig(k.config({}, { metadata: { name: 'layered-image' } })),
    stage: 'config',
    code: 'config-not-pools',
  },
  {
    name: 'a name mismatch, as the builder says it',
    objects: k.INPUTS,
    logs: built(
      'could not instantiate new MachineOSBuild: could not get hashed name: could not validate for hash: name mismatch, MachineConfigPool has "infra", MachineOSConfig has "worker"',
    ),
    stage: 'config',
    code: 'config-not-pools',
    line: 'name mismatch',
  },
  {
    name: 'a MachineOSConfig in the form of 4.17',
    objects: withConfig(
      k.config({
        imageBuilder: { imageBuilderType: 'PodImageBuilder' },
        containerFile: [{ containerfileArch: 'noarch', content: 'x' }],
      }),
    ),
    stage: 'config',
    code: 'config-old-form',
    what: 'PodImageBuilder, containerfileArch noarch',
  },
  {
    name: 'a push spec in capitals',
    objects: withConfig(k.config({ renderedImagePushSpec: 'quay.io/Team/os:latest' })),
    logs: refused(
      'could not validate renderdImagePushspec quay.io/Team/os:latest for MachineOSConfig infra: invalid reference format: repository name (Team/os) must be lowercase',
    ),
    stage: 'config',
    code: 'push-spec-refused',
    line: 'must be lowercase',
  },
  {
    name: 'a push spec in its short form, only in the log',
    objects: k.INPUTS,
    logs: built('invalid renderedImagePushSpec for MachineOSConfig infra: repository name must be canonical'),
    stage: 'config',
    code: 'push-spec-refused',
    line: 'must be canonical',
  },
  {
    name: 'no MachineConfigPool, by what was saved',
    objects: [...without('MachineConfigPool'), k.pool()].map((object) =>
      object === undefined || (object as { kind: string }).kind !== 'MachineConfigPool'
        ? object
        : { ...object, metadata: { name: 'worker' } },
    ),
    stage: 'pool',
    code: 'pool-missing',
  },
  {
    name: 'no MachineConfigPool, as the operator says it',
    objects: without('MachineConfigPool'),
    logs: refused('no MachineConfigPool named infra exists for MachineOSConfig infra'),
    stage: 'pool',
    code: 'pool-missing',
    line: 'no MachineConfigPool named infra',
  },
  {
    name: 'a pool that is degraded by its rendering',
    objects: withPool(
      k.pool(
        [
          k.condition('RenderDegraded', 'True', '', 'parsing Ignition config failed: unknown version'),
        ].concat(),
      ),
    ),
    logs: built(
      'could not create MachineOSBuild for MachineConfigPool "infra" change: MachineConfigPool infra is degraded due to non-build issues',
    ),
    stage: 'pool',
    code: 'pool-degraded',
    line: 'parsing Ignition config failed',
  },
  {
    name: 'a configuration without its annotations',
    objects: [k.rendered({ [`${k.GROUP}/release-image-version`]: '' }), ...without('MachineConfig')],
    logs: built(
      `could not instantiate new MachineOSBuild: machineconfig failed validation: empty annotation "${k.GROUP}/release-image-version" value on MachineConfig "${k.RENDERED}"`,
    ),
    stage: 'pool',
    code: 'rendered-unfit',
    line: 'empty annotation',
  },
  {
    name: 'a configuration that is not a rendered one',
    objects: withPool(k.pool([], { configuration: { name: '00-worker' } })),
    stage: 'pool',
    code: 'rendered-unfit',
    what: '00-worker is not a rendered MachineConfig',
  },
  {
    name: 'a rendered MachineConfig that somebody deleted',
    objects: [k.rendered({}, 'rendered-infra-00000000000000000000000000000000'), ...without('MachineConfig')],
    logs: built(
      `could not get MachineConfig ${k.RENDERED} for MachineConfigPool infra: machineconfig.machineconfiguration.openshift.io "${k.RENDERED}" not found`,
    ),
    stage: 'pool',
    code: 'rendered-missing',
    line: 'not found',
  },
  {
    name: 'no push Secret of that name, by what was saved',
    objects: [k.secret('pull'), ...without('Secret')],
    stage: 'secrets',
    code: 'secret-not-found',
    what: 'no Secret push',
  },
  {
    name: 'no pull Secret of that name, in no status and in the log of the operator only',
    objects: without('Secret'),
    logs: refused(
      'could not validate baseImagePullSecret "pull" for MachineOSConfig infra: secret pull from infra is not found. Did you use the right secret name?',
    ),
    stage: 'secrets',
    code: 'secret-not-found',
    line: 'Did you use the right secret name?',
  },
  {
    name: 'a Secret without a name',
    objects: withConfig(k.config({ renderedImagePushSecret: { name: '' } })),
    logs: refused(
      'could not validate renderedImagePushSecret "" for MachineOSConfig infra: no secret name provided',
    ),
    stage: 'secrets',
    code: 'secret-unnamed',
    line: 'no secret name provided',
  },
  {
    name: 'a Secret of another type',
    objects: withPush(k.secret('push', { type: 'Opaque' })),
    logs: refused(
      `could not validate renderedImagePushSecret "push" for MachineOSConfig infra: secret 'push/${k.MCO}' invalid secret key type Opaque, expected 'kubernetes.io/dockercfg' or 'kubernetes.io/dockerconfigjson'`,
    ),
    stage: 'secrets',
    code: 'secret-type',
    line: 'invalid secret key type Opaque',
  },
  {
    name: 'a Secret with the key of the other type, in the log only',
    objects: without('Secret'),
    logs: refused(
      `could not validate renderedImagePushSecret "push" for MachineOSConfig infra: secret 'push/${k.MCO}' type is 'kubernetes.io/dockercfg' but required key '.dockercfg' is missing`,
    ),
    stage: 'secrets',
    code: 'secret-type',
    line: "required key '.dockercfg' is missing",
  },
  {
    name: 'a Secret without data',
    objects: withPush(k.secret('push', { data: {} })),
    stage: 'secrets',
    code: 'secret-type',
    what: 'it has no data',
  },
  {
    name: 'a Secret whose key is empty',
    objects: withPush(k.secret('push', { data: { '.dockerconfigjson': '' } })),
    stage: 'secrets',
    code: 'secret-type',
    what: '.dockerconfigjson is empty',
  },
  {
    name: 'a Secret with both keys',
    objects: withPush(k.secret('push', { data: { '.dockerconfigjson': 'e30=', '.dockercfg': 'e30=' } })),
    stage: 'secrets',
    code: 'secret-type',
    what: 'and has .dockercfg, too',
  },
  {
    name: 'a Secret with a key that the operator does not know',
    objects: [
      ...withPush(k.secret('push', k.dockerJson({ auths: { 'quay.io': { identitytoken: k.PASSWORD } } }))),
      k.build(undefined),
    ],
    logs: built(
      `imagebuilder could not start build for MachineOSBuild "${k.BUILD}": could not canonicalize secret push: input has DockerConfigJSON-specific keys but failed to decode as DockerConfigJSON: json: unknown field "identitytoken"`,
    ),
    stage: 'secrets',
    code: 'secret-content',
    line: 'unknown field "identitytoken"',
  },
  {
    name: 'a Secret with null in it, and one that is no JSON',
    objects: withPush(k.secret('push', k.dockerJson('null'))),
    stage: 'secrets',
    code: 'secret-content',
    what: 'it is null',
  },
  {
    name: 'a node that does not run CoreOS',
    objects: k.INPUTS,
    logs: refused(
      'on-cluster layering is only supported on CoreOS-based nodes: non-CoreOS OS "Red Hat Enterprise Linux 8.6" detected on node "rhel-1" in MachineConfigPool(s) ["infra"]',
    ),
    stage: 'operator',
    code: 'nodes-not-coreos',
    line: 'only supported on CoreOS-based nodes',
  },
  {
    name: 'a builder that does not start',
    objects: [
      ...without('Pod'),
      {
        ...k.BUILDER_POD,
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'machine-os-builder',
              ready: false,
              state: {
                waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
              },
            },
          ],
        },
      },
    ],
    stage: 'operator',
    code: 'builder-not-running',
    line: 'restarting failed container',
  },
  {
    name: 'another reason not to start the builder',
    objects: k.INPUTS,
    logs: refused('could not get deployment: etcdserver: request timed out'),
    stage: 'operator',
    code: 'operator-refused',
    line: 'request timed out',
  },
  {
    name: 'no build, and nothing that says why',
    objects: k.INPUTS,
    stage: 'build',
    code: 'no-build',
  },
  {
    name: 'a current build that is not there any more',
    objects: [
      ...withConfig(
        k.config(
          {},
          { metadata: { annotations: { [`${k.GROUP}/current-machine-os-build`]: 'infra-gone' } } },
        ),
      ),
      {
        ...k.build('Succeeded'),
        metadata: {
          name: `worker-${k.HASH}`,
          labels: { [`${k.GROUP}/target-machine-config-pool`]: 'worker' },
        },
      },
    ],
    stage: 'build',
    code: 'current-build-stale',
    what: 'infra-gone',
  },
  // The MachineOSBuild
  {
    name: 'a Containerfile that 5.0 refuses',
    objects: [...k.INPUTS, k.build('Failed')],
    logs: built(
      `MachineOSBuild "${k.BUILD}" has an invalid Containerfile; marking as failed: Containerfile validation failed: unknown Dockerfile instruction: badinstruction`,
    ),
    stage: 'build',
    code: 'containerfile-invalid',
    line: 'unknown Dockerfile instruction: badinstruction',
  },
  {
    name: 'a Containerfile that a later 5.x refuses in the status',
    objects: [
      ...k.INPUTS,
      k.build('Failed', { message: 'Containerfile validation failed: RUN instruction requires a command' }),
    ],
    stage: 'build',
    code: 'containerfile-invalid',
    line: 'RUN instruction requires a command',
  },
  {
    name: 'an extension that the release does not have',
    objects: [...k.INPUTS, k.build(undefined)],
    logs: built(
      `imagebuilder could not start build for MachineOSBuild "${k.BUILD}": could not get rendered containerfile: invalid extensions found: [wasm]`,
    ),
    stage: 'build',
    code: 'extension-unknown',
    line: 'invalid extensions found: [wasm]',
  },
  {
    name: 'a build that could not be prepared',
    objects: [...k.INPUTS, k.build(undefined)],
    logs: built(
      `imagebuilder could not start build for MachineOSBuild "${k.BUILD}": could not get images.json config: configmaps "machine-config-operator-images" not found`,
    ),
    stage: 'build',
    code: 'build-not-started',
    line: 'machine-config-operator-images',
  },
  {
    name: 'a Job that could not be made',
    objects: [
      ...k.INPUTS,
      k.build('Prepared'),
      { ...k.DONE_JOB, metadata: { name: 'build-other', namespace: k.MCO } },
    ],
    logs: built(
      `imagebuilder could not start build for MachineOSBuild "${k.BUILD}": could not create ephemeral secret base-${k.BUILD}: etcdserver: request timed out`,
    ),
    stage: 'build',
    code: 'build-not-started',
    line: 'request timed out',
  },
  {
    name: 'a Job that was deleted',
    objects: [
      ...k.INPUTS,
      k.build('Interrupted'),
      k.event('MachineOSBuild', k.BUILD, 'BuildInterrupted', 'Build interrupted: build job was deleted'),
    ],
    stage: 'build',
    code: 'build-interrupted',
    line: 'build job was deleted',
  },
  {
    name: 'a failed build of which the condition of the pool is all that is left',
    objects: withPool(k.pool([degradedByBuild])),
    stage: 'pool',
    code: 'build-failed',
    line: 'Failed to build OS image for pool infra',
  },
  // The Job and its pods
  {
    name: 'a Job that was removed behind the operator',
    objects: [
      ...k.INPUTS,
      k.build('Building'),
      { ...k.DONE_JOB, metadata: { name: 'build-other', namespace: k.MCO } },
    ],
    stage: 'job',
    code: 'job-missing',
  },
  {
    name: 'a Job that may make no pod',
    objects: [
      ...k.INPUTS,
      k.build('Building'),
      k.job({}),
      k.event(
        'Job',
        `build-${k.BUILD}`,
        'FailedCreate',
        'Error creating: pods "build-x-" is forbidden: unable to validate against any security context constraint',
      ),
    ],
    stage: 'job',
    code: 'pod-forbidden',
    line: 'security context constraint',
  },
  {
    name: 'four attempts of which no log is left',
    objects: [...k.INPUTS, k.build('Failed'), k.FAILED_JOB],
    stage: 'job',
    code: 'attempts-exhausted',
    line: 'BackoffLimitExceeded',
  },
  {
    name: 'no node for the pod',
    objects: building(
      k.pod(k.unscheduled('0/6 nodes are available: 3 Insufficient memory, 3 node(s) had untolerated taint')),
    ),
    stage: 'pods',
    code: 'pod-unschedulable',
    line: '0/6 nodes are available',
  },
  {
    name: "the builder's image that cannot be pulled",
    objects: building(
      k.pod(
        k.waiting(
          'ImagePullBackOff',
          'Back-off pulling image "quay.io/openshift-release-dev/mco": unauthorized: access to the requested resource is not authorized',
        ),
      ),
    ),
    stage: 'pods',
    code: 'builder-image-pull',
    line: 'unauthorized',
  },
  {
    name: 'an eviction for want of disk',
    objects: building(
      k.pod({
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: ephemeral-storage. Threshold quantity: 12Gi, available: 9Gi.',
      }),
    ),
    stage: 'pods',
    code: 'pod-evicted',
    line: 'low on resource: ephemeral-storage',
  },
  {
    name: 'a container that was killed for its memory',
    objects: building(k.pod(k.ended(137, { reason: 'OOMKilled' }))),
    stage: 'pods',
    code: 'pod-oom',
    line: 'OOMKilled, exit code 137',
  },
  {
    name: 'an instruction that there is not',
    ...failedBuild(
      `+ buildah bud /home/build/context
[3/3] STEP 1/2: FROM configs AS final
[3/3] STEP 2/2: ISNTALL htop
Error: building at STEP "ISNTALL ": Build error: Unknown instruction: "ISNTALL" &imagebuilder.Step{Command:"isntall", Args:[]string{""}, Original:"ISNTALL htop"}`,
      k.auxiliary('FROM configs AS final\nISNTALL htop\n'),
    ),
    stage: 'log',
    code: 'containerfile-invalid',
    line: 'Unknown instruction',
    what: 'Unknown instruction: "ISNTALL"',
  },
  {
    name: 'an instruction that lacks what it needs',
    ...failedBuild(
      '+ buildah bud /home/build/context\nError: parsing main Dockerfile: /home/build/context/Containerfile: ENV must have two arguments',
    ),
    stage: 'log',
    code: 'containerfile-invalid',
    line: 'ENV must have two arguments',
    what: '(ENV must have two arguments)',
  },
  {
    name: 'a stage that there is not',
    ...failedBuild(
      '+ buildah bud /home/build/context\n[3/3] STEP 1/2: FROM configs AS final\n[3/3] STEP 2/2: COPY --from=nope /a /b\nError: COPY --from=nope: no stage or image found with that name',
    ),
    stage: 'log',
    code: 'containerfile-invalid',
    line: 'no stage or image found',
  },
  {
    name: 'a build that ended before its first instruction',
    ...failedBuild('+ buildah bud /home/build/context\nError: creating build executor: no room'),
    stage: 'log',
    code: 'build-failed',
    what: 'buildah ended before the first instruction',
  },
  {
    name: 'an instruction in which there was no memory left',
    objects: building(k.pod(k.ended(137, { reason: 'OOMKilled' }))),
    logs: { [LOG]: endingAt(`${IN_DNF} ${k.DNF}`) },
    stage: 'log',
    code: 'pod-oom',
    line: 'OOMKilled, exit code 137',
    at: 2,
  },
  {
    name: 'a container that was killed, by nobody who says so',
    objects: building(k.pod(k.ended(137))),
    logs: { [LOG]: endingAt(`${IN_DNF} ${k.DNF}`) },
    stage: 'log',
    code: 'killed',
    line: 'exit code 137',
    at: 2,
  },
  {
    name: 'a container that ended with its pod',
    objects: building(k.pod(k.ended(143))),
    logs: { [LOG]: endingAt(`${IN_DNF} ${k.DNF}`) },
    stage: 'log',
    code: 'pod-lost',
    line: 'exit code 143',
    at: 2,
  },
  {
    name: 'a log that ends without a word',
    objects: building(k.pod(k.ended(1))),
    logs: { [LOG]: endingAt(`[1/3] STEP 1/3: FROM ${k.BASE} AS extract`) },
    stage: 'log',
    code: 'build-failed',
    what: 'an instruction failed',
  },
  {
    name: 'a pod that could not mount at first, and ran',
    objects: building(
      k.pod(k.ended(1)),
      k.event('Pod', k.POD, 'FailedMount', 'MountVolume.SetUp failed: configmap not found'),
    ).map((object) => (object === k.RUNNING_JOB ? k.FAILED_JOB : object)),
    stage: 'job',
    code: 'attempts-exhausted',
  },
  {
    name: 'a node that was shut down',
    objects: building(
      k.pod({
        phase: 'Failed',
        reason: 'Terminated',
        message: 'Pod was terminated in response to imminent node shutdown.',
      }),
    ),
    stage: 'pods',
    code: 'pod-lost',
    line: 'imminent node shutdown',
  },
  {
    name: 'a ConfigMap that is not there to mount',
    objects: building(
      k.pod(k.waiting('PodInitializing', '')),
      k.event(
        'Pod',
        k.POD,
        'FailedMount',
        `MountVolume.SetUp failed for volume "containerfile": configmap "containerfile-${k.BUILD}" not found`,
      ),
    ),
    stage: 'pods',
    code: 'pod-mount',
    line: 'MountVolume.SetUp failed',
  },
  // The log: the document's own two, then what else a build says
  {
    name: 'a URL with a typo (the document)',
    ...failedBuild(
      k.failingLog(k.CURL, IN_CURL, 'curl: (22) The requested URL returned error: 404', 'exit status 22'),
    ),
    stage: 'log',
    code: 'download-not-found',
    line: 'curl: (22) The requested URL returned error: 404',
    at: 4,
  },
  {
    name: 'no right to push (the document)',
    ...failedBuild(
      k.pushLog(
        'writing blob: initiating layer upload to /v2/team/os/blobs/uploads/ in quay.io: unauthorized: access to the requested resource is not authorized',
      ),
    ),
    stage: 'log',
    code: 'push-denied',
    line: 'initiating layer upload',
  },
  {
    name: 'a package that no repository has',
    ...failedBuild(
      k.failingLog(k.DNF, IN_DNF, 'No match for argument: cowsay\nError: Unable to find a match: cowsay'),
    ),
    stage: 'log',
    code: 'package-not-found',
    line: 'Unable to find a match: cowsay',
    at: 2,
  },
  {
    name: 'another checksum',
    ...failedBuild(
      k.failingLog(
        k.DNF,
        IN_DNF,
        '/tmp/a.rpm: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match',
      ),
    ),
    stage: 'log',
    code: 'wrong-checksum',
    line: '1 computed checksum did NOT match',
    at: 2,
  },
  {
    name: 'a package that is not signed',
    ...failedBuild(
      k.failingLog(k.DNF, IN_DNF, 'Package agent-1-1.x86_64.rpm is not signed\nError: GPG check FAILED'),
    ),
    stage: 'log',
    code: 'gpg-check-failed',
    line: 'GPG check FAILED',
    at: 2,
  },
  {
    name: 'no entitlement',
    ...failedBuild(
      k.failingLog(
        k.DNF,
        IN_DNF,
        "Error: Failed to download metadata for repo 'rhel-9-for-x86_64-baseos-rpms'\n  - Status code: 403 for https://cdn.redhat.com/content/dist/rhel9/9/x86_64/baseos/os/repodata/repomd.xml (IP: 192.0.2.1)",
      ),
    ),
    stage: 'log',
    code: 'entitlement-refused',
    line: 'Status code: 403 for https://cdn.redhat.com',
    what: 'the layer has none',
    at: 2,
  },
  {
    name: 'a disk that is full',
    ...failedBuild(k.failingLog(k.DNF, IN_DNF, 'Error: cannot write /usr/bin/x: No space left on device')),
    stage: 'log',
    code: 'disk-full',
    line: 'No space left on device',
    at: 2,
  },
  {
    name: 'a file in /var',
    ...failedBuild(
      k.failingLog(
        'RUN ostree container commit',
        '[3/3] STEP 4/4:',
        'Found file: "/var/lib/agent/db"\nerror: Found content in var',
      ),
    ),
    stage: 'log',
    code: 'content-in-var',
    line: '/var/lib/agent/db',
    at: 5,
  },
  {
    name: 'a file that a build in a cluster has not',
    ...failedBuild(
      k.failingLog(
        'COPY agent.conf /etc/agent.conf',
        '[3/3] STEP 2/2:',
        '',
        'checking on sources under "/home/build/context": copier: stat: "/agent.conf": no such file or directory',
      ),
      k.auxiliary('FROM configs AS final\nCOPY agent.conf /etc/agent.conf\n'),
    ),
    stage: 'log',
    code: 'no-context',
    line: 'copier: stat: "/agent.conf"',
  },
  {
    name: 'no right to pull the base',
    ...failedBuild(`+ buildah bud --storage-driver vfs /home/build/context
[1/3] STEP 1/3: FROM ${k.BASE} AS extract
Trying to pull ${k.BASE}...
Error: creating build container: initializing source docker://${k.BASE}: reading manifest ${k.BASE.split('@')[1]} in quay.io/openshift-release-dev/ocp-v4.0-art-dev: unauthorized: access to the requested resource is not authorized`),
    stage: 'log',
    code: 'pull-denied',
    line: 'unauthorized',
    at: 0,
  },
  {
    name: 'a registry whose certificate nobody knows',
    ...failedBuild(
      k.pushLog(
        'pinging container registry registry.example.com: Get "https://registry.example.com/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
      ),
    ),
    stage: 'log',
    code: 'certificate-unknown',
    line: 'x509',
  },
  {
    name: 'a registry that no pod reaches',
    ...failedBuild(
      k.pushLog(
        'pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp: lookup registry.example.com on 172.30.0.10:53: no such host',
      ),
    ),
    stage: 'log',
    code: 'unreachable',
    line: 'no such host',
  },
  {
    name: "an instruction of the operator's",
    ...failedBuild(
      k.failingLog(
        'RUN rpm-ostree install NetworkManager-libreswan',
        '[2/3] STEP 3/4:',
        'error: Packages not found: NetworkManager-libreswan',
      ),
    ),
    stage: 'log',
    code: 'package-not-found',
    line: 'error: Packages not found: NetworkManager-libreswan',
    at: 0,
  },
  {
    name: 'a failure that nobody knows, only in the status of the container',
    objects: [
      ...k.INPUTS,
      k.build('Failed'),
      k.FAILED_JOB,
      k.pod(
        k.ended(1, {
          message: `flux capacitor missing\nError: building at STEP "${k.CURL}": exit status 3\n`,
        }),
      ),
      ...k.auxiliary(),
    ],
    stage: 'log',
    code: 'build-failed',
    line: 'flux capacitor missing',
    at: 4,
  },
  {
    name: 'a script that does not come as far as buildah',
    ...failedBuild(
      "+ /usr/bin/p11-kit extract --format=openssl-bundle\np11-kit: couldn't open and map file: Permission denied",
    ),
    stage: 'log',
    code: 'build-script-failed',
    line: 'Permission denied',
  },
  // The digest
  {
    name: 'no right to write the digest down (the document: the other container)',
    objects: [...k.INPUTS, k.build('Building'), k.RUNNING_JOB, k.pod(k.digestEnded(1)), ...k.auxiliary()],
    logs: {
      [LOG]: 'STEP 1/1: FROM a\n+ buildah push x\nWriting manifest to image destination',
      [`${k.POD}/create-digest-configmap`]:
        'Error: configmaps is forbidden: User "system:serviceaccount:openshift-machine-config-operator:machine-os-builder" cannot create resource "configmaps" in API group "" in the namespace "openshift-machine-config-operator"',
    },
    stage: 'digest',
    code: 'digest-forbidden',
    line: 'configmaps is forbidden',
  },
  {
    name: 'an empty file of the digest',
    objects: [
      ...k.INPUTS,
      k.build('Building'),
      k.RUNNING_JOB,
      k.pod(
        k.digestEnded(255, 'F1017 10:51:32.1 1 create.go:30] digestfile "/tmp/done/digestfile" is empty'),
      ),
      ...k.auxiliary(),
    ],
    stage: 'digest',
    code: 'digest-not-written',
    line: 'digestfile "/tmp/done/digestfile" is empty',
  },
  {
    name: 'no ConfigMap with the digest',
    objects: [...k.INPUTS, k.build('Building'), k.DONE_JOB, k.pod(k.ended(0)), ...k.auxiliary()],
    logs: built(
      `could not get final image digest configmap "digest-${k.BUILD}": configmaps "digest-${k.BUILD}" not found`,
    ),
    stage: 'digest',
    code: 'digest-missing',
    line: 'could not get final image digest configmap',
  },
  {
    name: 'a path that no status can hold',
    objects: [
      ...withConfig(k.config({ renderedImagePushSpec: 'quay.io/a/b/os:latest' })),
      k.build('Building', { spec: { renderedImagePushSpec: `quay.io/a/b/os:${k.BUILD}` } }),
      k.DONE_JOB,
      k.pod(k.ended(0)),
      ...k.auxiliary(),
      k.digestMap(),
    ],
    logs: built(
      `could not update status on MachineOSBuild "${k.BUILD}": MachineOSBuild.machineconfiguration.openshift.io "${k.BUILD}" is invalid: status.digestedImagePushSpec: Invalid value: "quay.io/a/b/os@${k.DIGEST}"`,
    ),
    stage: 'digest',
    code: 'digest-not-storable',
    line: 'status.digestedImagePushSpec: Invalid value',
  },
  // After the build
  {
    name: 'a build whose image the MachineOSConfig never got',
    objects: [...k.INPUTS, succeeded()],
    stage: 'result',
    code: 'result-missing',
  },
  {
    name: 'nodes that may not pull',
    objects: [
      current,
      ...withPool(
        k.pool([
          k.condition(
            'NodeDegraded',
            'True',
            '1 nodes are reporting degraded status on sync',
            'Node worker-1 is reporting: "failed to update OS"',
          ),
        ]),
      ).filter((object) => (object as { kind: string }).kind !== 'MachineOSConfig'),
      succeeded(),
      k.node({
        state: 'Degraded',
        reason: `failed to update OS to quay.io/team/os@${k.DIGEST} after retries: error running rpm-ostree rebase --experimental ostree-unverified-registry:quay.io/team/os@${k.DIGEST}: error: remote error: unauthorized: access to the requested resource is not authorized`,
      }),
    ],
    stage: 'nodes',
    code: 'node-image-pull',
    line: 'ostree-unverified-registry',
    what: 'the node worker-1 cannot get the image (pull-denied)',
  },
  {
    name: 'a daemon that is degraded otherwise',
    objects: [
      current,
      ...withPool(
        k.pool([
          k.condition(
            'NodeDegraded',
            'True',
            '',
            'Node worker-1 is reporting: "unexpected on-disk state validating against rendered-infra: content mismatch for file /etc/x"',
          ),
        ]),
      ).filter((object) => (object as { kind: string }).kind !== 'MachineOSConfig'),
      succeeded(),
    ],
    stage: 'nodes',
    code: 'node-degraded',
    line: 'unexpected on-disk state',
  },
];
