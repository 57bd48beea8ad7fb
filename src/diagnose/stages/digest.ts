import { findObject } from '../../gathered/gathered.ts';
import { linesOf } from '../../gathered/logs.ts';
import { at, textAt } from '../../gathered/object.ts';
import { parseImageRef } from '../../values/image-ref.ts';
import { isRecordable } from '../../values/push-spec.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { AUXILIARY, BUILD_CONTAINER, DIGEST_CONTAINERS, NAMESPACE } from '../names.ts';
import { lastSaid, message } from '../said.ts';
import { hasAll, type Subject } from '../subject.ts';
import { digestedPushSpec, stateOf } from './build.ts';
import { pushSpecOf } from './config.ts';
import { digestLogs } from './log.ts';
import { containersOf } from './pods.ts';
import type { Stage } from './stage.ts';

/** What was pushed is written into a ConfigMap, and from there into the status. */
export const digest: Stage = {
  name: 'digest',
  title: 'digest',
  when: 'build',
  look(subject) {
    const { build, buildName, job, gathered } = subject;
    if (buildName === undefined) return { state: 'not reached', says: '' };
    const spec = digestedPushSpec(build);
    if (spec !== undefined) return ok(spec.slice(spec.indexOf('@') + 1));
    const fault = writingFault(subject) ?? deepFault(subject);
    if (fault !== undefined) return broken(fault);
    const isComplete =
      Number(at(job?.data, 'status', 'succeeded') ?? 0) > 0 || (build && stateOf(build) === 'Succeeded');
    const name = `${AUXILIARY.digest}${buildName}`;
    const map = findObject(gathered, 'ConfigMap', name, NAMESPACE);
    if (!isComplete) return { state: 'not reached', says: '' };
    if (map === undefined) return missing(subject, name);
    const value = textAt(map.data, 'data', 'digest')?.trim() ?? '';
    if (/^sha256:[0-9a-f]{64}$/.test(value)) return ok(`${value}, and the build has not taken it yet`);
    return broken({
      code: 'digest-missing',
      what: `the ConfigMap ${name} has no digest`,
      hint: 'The build ended without one: `layers rebuild` says how to start it again.',
      file: map.file,
    });
  },
};

function missing(subject: Subject, name: string): Look {
  if (!hasAll(subject.gathered, 'ConfigMap', NAMESPACE)) return notSaved(`${name} was not saved`);
  const said = lastSaid(subject, /could not get final image digest configmap/, 1)[0];
  return broken({
    code: 'digest-missing',
    what: `there is no ConfigMap ${name}, and the Job is complete: what was pushed is not known`,
    hint: 'Somebody removed it, or the Job ended without it. `layers rebuild` says how to start the build again.',
    ...(said && { lines: [message(said.line)], file: said.file }),
  });
}

/** How the container says that it failed: in a log of its own, and in one that the build's is in as well. */
const ALONE = /digestfile|^exit code|^[Ee]rror|^F\d{4} /;
const WHOLE = /digestfile "[^"]*" is empty|read digestfile: /;

/** The container that writes it may not, or had nothing to write. */
function writingFault(subject: Subject): Fault | undefined {
  const said: { lines: readonly string[]; file: string; isWhole?: boolean }[] = [
    ...digestLogs(subject),
    ...subject.pods.flatMap((pod) =>
      containersOf(pod)
        .filter(({ name, exitCode = 0 }) => DIGEST_CONTAINERS.includes(name) && exitCode !== 0)
        .map(({ message = '', exitCode }) => ({
          lines: [...linesOf(message), ...(message === '' ? [`exit code ${exitCode}`] : [])],
          file: pod.file,
        })),
    ),
  ];
  for (const { lines, file, isWhole } of said) {
    const forbidden = lines.findLast((line) =>
      /configmaps.*is forbidden|\(Forbidden\)|cannot (?:create|get|patch|update) resource "configmaps"/.test(
        line,
      ),
    );
    if (forbidden !== undefined) {
      return {
        code: 'digest-forbidden',
        what: 'the build may not write the ConfigMap with its digest',
        hint: 'The service account machine-os-builder needs create, get, update and patch of configmaps in openshift-machine-config-operator: the operator sets that up, and something took it away.',
        ...{ lines: [forbidden], file },
      };
    }
    const failed = lines.findLast((line) => (isWhole ? WHOLE : ALONE).test(line));
    if (failed !== undefined && isBuilt(subject)) {
      return {
        code: 'digest-not-written',
        what: 'the image was pushed, and its digest could not be written down',
        hint: 'The last line says why. The next attempt pushes again, which costs little.',
        ...{ lines: [failed], file },
      };
    }
  }
  return undefined;
}

/** Whether there is anything to write down: up to 4.19 both containers run at once, and the one ends with the other. */
function isBuilt({ pods }: Subject): boolean {
  return (
    pods.length === 0 ||
    pods.some((pod) =>
      containersOf(pod).some(({ name, exitCode }) => name === BUILD_CONTAINER && exitCode === 0),
    )
  );
}

/** The status has room for one namespace, where the push spec may have more. */
function deepFault(subject: Subject): Fault | undefined {
  const { config, build, job } = subject;
  const spec = textAt(build?.data, 'spec', 'renderedImagePushSpec') ?? (config && pushSpecOf(config)) ?? '';
  const said = lastSaid(subject, /(?:digestedImagePushSpec|currentImagePullSpec): Invalid value/, 1)[0];
  const isPushed = Number(at(job?.data, 'status', 'succeeded') ?? 0) > 0;
  if (said === undefined && !(isPushed && isTooDeep(spec))) return undefined;
  return {
    code: 'digest-not-storable',
    what: `the image was pushed to ${spec}, and no status can hold its digest`,
    hint: 'There is room for host/namespace/name, with one namespace (openshift/api#2918): give renderedImagePushSpec a shorter path. The build starts anew by that.',
    ...(said && { lines: [message(said.line)], file: said.file }),
  };
}

function isTooDeep(spec: string): boolean {
  try {
    return !isRecordable(parseImageRef(spec));
  } catch {
    return false;
  }
}
