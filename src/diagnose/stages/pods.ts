import { at, conditionsOf, type Data, listAt, type SavedObject, textAt } from '../../gathered/object.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { eventsOf } from '../said.ts';
import type { Subject } from '../subject.ts';
import { stateOf } from './build.ts';
import type { Stage } from './stage.ts';

export const pods: Stage = {
  name: 'pods',
  title: 'Pods',
  when: 'build',
  look(subject) {
    if (subject.buildName === undefined) return { state: 'not reached', says: '' };
    const [pod] = subject.pods;
    if (pod === undefined) {
      if (subject.build && stateOf(subject.build) === 'Succeeded')
        return ok('removed, as after every success');
      return notSaved('no pod of it was saved');
    }
    for (const each of subject.pods) {
      const fault = outsideFault(subject, each);
      if (fault !== undefined) return broken(fault);
    }
    return stateOfPod(pod);
  },
};

/** How a container of a pod ended, or why it does not run. */
export interface ContainerState {
  readonly name: string;
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly isWaiting: boolean;
}

/** The containers, those that run first in front. */
export function containersOf({ data }: SavedObject): ContainerState[] {
  return ['initContainerStatuses', 'containerStatuses'].flatMap((key) =>
    listAt(data, 'status', key).map((status) => containerState(status)),
  );
}

function containerState(status: Data): ContainerState {
  const name = textAt(status, 'name') ?? '';
  const ended = at(status, 'state', 'terminated') ?? at(status, 'lastState', 'terminated');
  const waiting = at(status, 'state', 'waiting');
  const of = ended ?? waiting;
  const exitCode = at(ended, 'exitCode');
  return {
    ...{ name, isWaiting: waiting !== undefined },
    ...(textAt(of, 'reason') !== undefined && { reason: textAt(of, 'reason')! }),
    ...(textAt(of, 'message') !== undefined && { message: textAt(of, 'message')! }),
    ...(typeof exitCode === 'number' && { exitCode }),
  };
}

function stateOfPod(pod: SavedObject): Look {
  const failed = containersOf(pod).find(({ exitCode }) => exitCode !== undefined && exitCode !== 0);
  const phase = textAt(pod.data, 'status', 'phase') ?? 'there';
  if (failed !== undefined)
    return { state: 'broken', says: `${pod.name}: ${failed.name} ended with exit code ${failed.exitCode}` };
  if (phase === 'Failed') return { state: 'broken', says: `${pod.name} failed` };
  return phase === 'Succeeded'
    ? ok(`${pod.name} succeeded`)
    : { state: 'waiting', says: `${pod.name} is ${phase.toLowerCase()}` };
}

type Look1 = (subject: Subject, pod: SavedObject) => Fault | undefined;

/** What keeps the container from running, or ended it from outside. */
const KINDS: readonly Look1[] = [evicted, lost, outOfMemory, imagePull, unschedulable, mount];

export function outsideFault(subject: Subject, pod: SavedObject): Fault | undefined {
  for (const look of KINDS) {
    const fault = look(subject, pod);
    if (fault !== undefined) return { file: pod.file, ...fault };
  }
  return undefined;
}

function evicted(_: Subject, { name, data }: SavedObject): Fault | undefined {
  const [reason, message = ''] = [textAt(data, 'status', 'reason'), textAt(data, 'status', 'message')];
  if (reason !== 'Evicted') return undefined;
  const isDisk = /ephemeral|disk|storage|emptydir/i.test(message);
  return {
    code: 'pod-evicted',
    what: `the pod ${name} was evicted${isDisk ? ': its node had no disk left for it' : ''}`,
    hint: isDisk
      ? 'The build keeps its images, uncompressed and each layer whole, on the disk of its node: give nodes a larger one, or have fewer and smaller instructions.'
      : 'Its node was short of what the message names. The build asks for no resources of its own, and so goes first.',
    lines: [`Evicted: ${message}`],
  };
}

function lost(_: Subject, { name, data }: SavedObject): Fault | undefined {
  const reason = textAt(data, 'status', 'reason') ?? '';
  if (
    !/^(?:NodeLost|NodeShutdown|Shutdown|Terminated|Preempting|Preempted|DeadlineExceeded|NodeAffinity|UnexpectedAdmissionError)$/.test(
      reason,
    )
  )
    return undefined;
  return {
    code: 'pod-lost',
    what: `the pod ${name} was ended with its node, or for another pod (${reason})`,
    hint: 'The Job tries again. Where the pool itself is being drained, its builds end with its nodes: see which pool the node is of.',
    lines: [`${reason}: ${textAt(data, 'status', 'message') ?? ''}`],
  };
}

function outOfMemory(_: Subject, pod: SavedObject): Fault | undefined {
  const killed = containersOf(pod).find(({ reason }) => reason === 'OOMKilled');
  if (killed === undefined) return undefined;
  return {
    code: 'pod-oom',
    what: `${killed.name} of ${pod.name} was killed: it had no memory left`,
    hint: 'The build has no limit of its own, unless a LimitRange gives it one: look for one in openshift-machine-config-operator, then at the memory of the node.',
    lines: [`${killed.reason}, exit code ${killed.exitCode ?? '?'}`],
  };
}

function imagePull(_: Subject, pod: SavedObject): Fault | undefined {
  const waiting = containersOf(pod).find(
    ({ isWaiting, reason }) =>
      isWaiting &&
      /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ImageInspectError)$/.test(reason ?? ''),
  );
  if (waiting === undefined) return undefined;
  return {
    code: 'builder-image-pull',
    what: `the image of ${waiting.name} cannot be pulled (${waiting.reason})`,
    hint: "It is the operator's own image, or the OS image, of the release, and it is the node that pulls it: see the cluster's pull secret (openshift-config/pull-secret) and the mirrors of a disconnected cluster.",
    lines: [waiting.message ?? waiting.reason!],
  };
}

function unschedulable(subject: Subject, pod: SavedObject): Fault | undefined {
  const condition = conditionsOf(pod).find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (condition === undefined) return undefined;
  const event = eventsOf(subject, 'Pod', pod.name).find(({ reason }) => reason === 'FailedScheduling');
  return {
    code: 'pod-unschedulable',
    what: `no node takes the pod ${pod.name}`,
    hint: 'It has no tolerations and no node selector: a node without taints has to be free, of the architecture of the release.',
    lines: [condition.message || event?.message || condition.reason],
  };
}

function mount(subject: Subject, pod: SavedObject): Fault | undefined {
  const containers = containersOf(pod);
  const isWaiting =
    // What has run has got what it was to mount, whatever an older event says.
    containers.every(({ exitCode }) => exitCode === undefined) &&
    (containers.some((container) => container.isWaiting) ||
      textAt(pod.data, 'status', 'phase') === 'Pending');
  const event = eventsOf(subject, 'Pod', pod.name).find(({ reason }) => reason === 'FailedMount');
  const config = containers.find(({ reason }) => reason === 'CreateContainerConfigError');
  if (!isWaiting || (event === undefined && config === undefined)) return undefined;
  return {
    code: 'pod-mount',
    what: `the pod ${pod.name} waits for a ConfigMap or Secret of its build`,
    hint: 'The operator made them with the build: somebody removed one. `layers rebuild` says how to start it again.',
    lines: [event?.message ?? config?.message ?? 'CreateContainerConfigError'],
    ...(event && { file: event.file }),
  };
}
