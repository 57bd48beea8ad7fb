import { findObject, ofKind } from '../../gathered/gathered.ts';
import { at, listAt, type SavedObject, textAt, trueCondition } from '../../gathered/object.ts';
import { broken, type Fault, notSaved, ok } from '../fault.ts';
import { NAMESPACE } from '../names.ts';
import { refusalsOf } from '../refused.ts';
import { hasLogOf } from '../said.ts';
import { hasAll, type Subject } from '../subject.ts';
import type { Stage } from './stage.ts';

const BUILDER = 'machine-os-builder';

/** The operator starts the builder once all layered pools pass, and the builder starts builds. */
export const operator: Stage = {
  name: 'operator',
  title: 'machine-os-builder',
  when: 'before',
  look(subject) {
    const pod = builderPod(subject);
    const fault = refusalsOf(subject, 'operator')[0] ?? notRunning(subject, pod);
    if (fault !== undefined) return broken(fault);
    if (pod !== undefined) return ok(`${pod.name} is ${textAt(pod.data, 'status', 'phase') ?? 'there'}`);
    return hasLogOf(subject, BUILDER)
      ? ok('it has a log')
      : notSaved(
          'neither its pod nor its log was saved: it says why there is no build, and nothing else does',
        );
  },
};

function builderPod({ gathered }: Subject): SavedObject | undefined {
  return ofKind(gathered, 'Pod', NAMESPACE).find(({ name }) => name.startsWith(`${BUILDER}-`));
}

function notRunning(subject: Subject, pod: SavedObject | undefined): Fault | undefined {
  const { gathered } = subject;
  const deployment = findObject(gathered, 'Deployment', BUILDER, NAMESPACE);
  const container = listAt(pod?.data, 'status', 'containerStatuses')[0];
  const waiting = textAt(container, 'state', 'waiting', 'reason');
  const isReady = at(container, 'ready') === true || trueCondition(pod, 'Ready') !== undefined;
  if (pod !== undefined && (isReady || waiting === undefined)) return undefined;
  if (pod === undefined) {
    const isGone =
      deployment !== undefined
        ? Number(at(deployment.data, 'status', 'availableReplicas') ?? 0) === 0
        : hasAll(gathered, 'Pod', NAMESPACE) && hasAll(gathered, 'Deployment', NAMESPACE);
    if (!isGone) return undefined;
  }
  const text = textAt(container, 'state', 'waiting', 'message');
  return {
    code: 'builder-not-running',
    what: `the machine-os-builder, which starts builds, does not run${waiting === undefined ? '' : ` (${waiting})`}`,
    hint: 'The operator starts it once every layered pool has its MachineOSConfig and its Secrets: the log of machine-config-operator says what it lacks.',
    ...(text !== undefined && { lines: [text], file: pod!.file }),
  };
}
