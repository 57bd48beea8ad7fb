import { type SavedObject, textAt, trueCondition } from '../../gathered/object.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { hintOf } from '../refusals.ts';
import { refusalsOf } from '../refused.ts';
import { eventsOf, hasLogOf, lastSaid, message } from '../said.ts';
import { currentBuild, hasAll, type Subject } from '../subject.ts';
import type { Stage } from './stage.ts';

export type BuildState = 'Succeeded' | 'Failed' | 'Interrupted' | 'Building' | 'Prepared' | 'new';

/** Of several that are true, the one that ends it. */
export function stateOf(build: SavedObject): BuildState {
  const order = ['Failed', 'Interrupted', 'Succeeded', 'Building', 'Prepared'] as const;
  return order.find((type) => trueCondition(build, type) !== undefined) ?? 'new';
}

export const build: Stage = {
  name: 'build',
  title: 'MachineOSBuild',
  when: 'build',
  look(subject) {
    const { build, buildName } = subject;
    if (build === undefined) {
      return buildName === undefined ? none(subject) : notSaved(`${buildName} was not saved`);
    }
    const state = stateOf(build);
    const [refusal] = refusalsOf(subject, 'build');
    if (state === 'Failed') return failed(build, refusal);
    if (state === 'Interrupted') return interrupted(subject, build);
    if (isBeforeJob(subject) && refusal !== undefined) return broken(refusal);
    if (state === 'Succeeded') return ok(`${build.name} succeeded`);
    return {
      state: 'waiting',
      says: `${build.name} is ${state === 'new' ? 'not begun' : state.toLowerCase()}`,
    };
  },
};

/** Whether the builder has still to make the Job: what it complains of is in its way. */
export function isBeforeJob({ build, job }: Subject): boolean {
  return build !== undefined && job === undefined && ['new', 'Prepared'].includes(stateOf(build));
}

function none(subject: Subject): Look {
  const current = currentBuild(subject);
  if (current !== undefined && hasAll(subject.gathered, 'MachineOSBuild')) return stale(current);
  const [refusal] = refusalsOf(subject, 'build');
  if (refusal !== undefined) return broken(refusal);
  if (subject.config === undefined || isAlone(subject)) return notSaved('no MachineOSBuild was saved');
  const said = lastSaid(subject, /^[WE]\d{4} |\berror\b/i, 2).filter(({ line }) =>
    line.includes(subject.pool),
  );
  const isKnown = hasLogOf(subject, 'machine-os-builder') && hasLogOf(subject, 'machine-config-operator');
  return broken({
    code: 'no-build',
    what: `no build was started for ${subject.pool}`,
    hint: isKnown
      ? 'Nothing that was saved says why. It takes a minute or two; then see the newest lines of both logs.'
      : 'Save what would say why, and diagnose again: `oc -n openshift-machine-config-operator logs deployment/machine-config-operator`, the same of machine-os-builder, and `oc get machineosbuild,machineconfigpool -o yaml`.',
    ...(said[0] && { lines: said.map(({ line }) => message(line)), file: said[0].file }),
  });
}

/** Whether nothing but the MachineOSConfig was saved: then nobody looked for a build. */
function isAlone(subject: Subject): boolean {
  return (
    subject.machineConfigPool === undefined &&
    !hasAll(subject.gathered, 'MachineOSConfig') &&
    !hasLogOf(subject, 'machine-os-builder') &&
    !hasLogOf(subject, 'machine-config-operator')
  );
}

/** openshift issue OCPBUGS-84150 */
export function stale(current: string): Look {
  return broken({
    code: 'current-build-stale',
    what: `the MachineOSConfig says that ${current} is its current build, and there is no such MachineOSBuild`,
    hint: 'The pool waits for it. Take the annotation machineconfiguration.openshift.io/current-machine-os-build off, and have Argo CD pass over it: the operator writes it (`ignoreDifferences`).',
  });
}

function failed(build: SavedObject, refusal: Fault | undefined): Look {
  if (refusal !== undefined) return broken(refusal);
  const { message, reason } = trueCondition(build, 'Failed')!;
  const says = `${build.name} failed: ${message || reason}`;
  const invalid = /Containerfile validation failed: .*|unknown Dockerfile instruction: .*/.exec(message)?.[0];
  if (invalid !== undefined) {
    return broken({
      code: 'containerfile-invalid',
      what: `the Containerfile is not one (${invalid.replace(/^Containerfile validation failed: /, '')})`,
      hint: hintOf('containerfile-invalid'),
      lines: [message],
      file: build.file,
    });
  }
  return {
    state: 'broken',
    says,
    // Later stages know more, where they were saved.
    fault: {
      code: 'build-failed',
      what: `the build ${build.name} failed`,
      hint: `Why, is in the log of its pod, which was not saved: \`oc -n openshift-machine-config-operator logs -c image-build job/build-${build.name}\`. What remains of a failed build stays until the next one.`,
      lines: [message || reason],
      file: build.file,
    },
  };
}

function interrupted(subject: Subject, build: SavedObject): Look {
  const [event] = eventsOf(subject, 'MachineOSBuild', build.name).filter(
    ({ reason }) => reason === 'BuildInterrupted',
  );
  const said = lastSaid(subject, new RegExp(`Job "build-${build.name}" deleted`), 1)[0];
  const text = trueCondition(build, 'Interrupted')!.message;
  return broken({
    code: 'build-interrupted',
    what: `the build ${build.name} was interrupted: its Job was deleted before it ended`,
    hint: 'Nobody but the operator should touch these Jobs; a newer build of the pool ends an older one, too. `layers rebuild` says how to start it again.',
    lines: [event?.message ?? said?.line.replace(/^[IWE]\d{4} \S+ +\d+ \S+\] /, '') ?? text],
    file: event?.file ?? said?.file ?? build.file,
  });
}

export function digestedPushSpec(build: SavedObject | undefined): string | undefined {
  return build && textAt(build.data, 'status', 'digestedImagePushSpec');
}
