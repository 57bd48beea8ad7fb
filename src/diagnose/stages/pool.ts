import { annotationOf, at, conditionsOf, type SavedObject } from '../../gathered/object.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { GROUP } from '../names.ts';
import { hintOf } from '../refusals.ts';
import { alsoSaid, refusalsOf } from '../refused.ts';
import { hasAll, renderedName, type Subject } from '../subject.ts';
import type { Stage } from './stage.ts';

/** Conditions that keep builds from starting. A failed build degrades the pool as well, and does not. */
const DEGRADED = ['RenderDegraded', 'NodeDegraded', 'PinnedImageSetsDegraded', 'SynchronizerDegraded'];

const ANNOTATIONS = ['release-image-version', 'generated-by-controller-version'];

export const pool: Stage = {
  name: 'pool',
  title: 'MachineConfigPool',
  when: 'before',
  look(subject) {
    const { machineConfigPool, gathered } = subject;
    const [refusal] = refusalsOf(subject, 'pool');
    if (machineConfigPool === undefined) {
      if (refusal !== undefined) return broken(refusal);
      if (!hasAll(gathered, 'MachineConfigPool')) return notSaved('no MachineConfigPool of it was saved');
      return broken({
        code: 'pool-missing',
        what: `there is no MachineConfigPool ${subject.pool}`,
        hint: 'Create it, or correct spec.machineConfigPool.name of the MachineOSConfig.',
      });
    }
    const fault = degraded(subject, machineConfigPool) ?? renderedFault(subject) ?? refusal;
    if (fault !== undefined) return broken(fault);
    const built = conditionsOf(machineConfigPool).find(
      ({ type, status }) => status === 'True' && type === 'ImageBuildDegraded',
    );
    if (built !== undefined) return builtBadly(subject, built.message, machineConfigPool.file);
    return isPaused(subject)
      ? { state: 'note', says: 'it is paused: images are built, and no node gets one until it is not' }
      : ok(renderedName(machineConfigPool) ?? 'without a configuration yet');
  },
};

/** What came of a build, which is why only where nothing else of it was saved. */
function builtBadly({ buildName, pool }: Subject, message: string, file: string): Look {
  const says = `ImageBuildDegraded: ${message}`;
  if (buildName !== undefined) return { state: 'broken', says };
  return broken({
    code: 'build-failed',
    what: `a build of ${pool} failed, and nothing else of it was saved`,
    hint: 'Save the rest: `oc get machineosconfig,machineosbuild -o yaml`, and the pods, ConfigMaps and logs of openshift-machine-config-operator.',
    lines: [says],
    file,
  });
}

export function isPaused({ machineConfigPool }: Subject): boolean {
  return at(machineConfigPool?.data, 'spec', 'paused') === true;
}

function degraded(subject: Subject, machineConfigPool: SavedObject): Fault | undefined {
  const condition = conditionsOf(machineConfigPool).find(
    ({ type, status }) => status === 'True' && DEGRADED.includes(type),
  );
  if (condition === undefined) return undefined;
  const also = alsoSaid(subject, 'pool-degraded');
  return {
    code: 'pool-degraded',
    what: `the pool ${subject.pool} is degraded (${condition.type}), and no build is started while it is`,
    hint: 'Settle that first: a node or a MachineConfig, which the message names.',
    lines: [`${condition.type}: ${condition.message || condition.reason}`, ...(also.lines ?? [])],
    file: machineConfigPool.file,
  };
}

/** What has to be there for the build to have a name. */
function renderedFault(subject: Subject): Fault | undefined {
  const name = renderedName(subject.machineConfigPool);
  if (name === undefined) return undefined;
  const { gathered, rendered } = subject;
  if (!name.startsWith('rendered-')) return unfit(subject, `${name} is not a rendered MachineConfig`);
  if (rendered === undefined) {
    const others = gathered.objects.some(
      (object) => object.kind === 'MachineConfig' && object.name.startsWith(`rendered-${subject.pool}-`),
    );
    if (!others || !hasAll(gathered, 'MachineConfig')) return undefined;
    return {
      code: 'rendered-missing',
      what: `the MachineConfig ${name} that the pool is to have is not there`,
      hint: hintOf('rendered-missing'),
      ...alsoSaid(subject, 'rendered-missing'),
    };
  }
  const lacking = ANNOTATIONS.find((key) => annotationOf(rendered, `${GROUP}/${key}`) === undefined);
  return lacking === undefined ? undefined : unfit(subject, `${name} has no annotation ${lacking}`);
}

function unfit(subject: Subject, why: string): Fault {
  return {
    code: 'rendered-unfit',
    what: `the pool's configuration cannot be built from: ${why}`,
    hint: hintOf('rendered-unfit'),
    ...alsoSaid(subject, 'rendered-unfit'),
  };
}
