import { findObject } from '../../gathered/gathered.ts';
import { linesOf } from '../../gathered/logs.ts';
import { at, listAt, type SavedObject, textAt } from '../../gathered/object.ts';
import { type BuildLog, readBuildLog } from '../build-log.ts';
import { broken, type Fault, type Look, notSaved, ok } from '../fault.ts';
import { logFault } from '../log-faults.ts';
import { AUXILIARY, BUILD_CONTAINER, DIGEST_CONTAINERS, GROUP, NAMESPACE } from '../names.ts';
import { failedInstruction } from '../own-containerfile.ts';
import type { Subject } from '../subject.ts';
import { stateOf } from './build.ts';
import { containersOf, outsideFault } from './pods.ts';
import type { Stage } from './stage.ts';

export const log: Stage = {
  name: 'log',
  title: 'image-build',
  when: 'build',
  look(subject) {
    if (subject.buildName === undefined) return { state: 'not reached', says: '' };
    const found = newest(subject);
    if (found === undefined) {
      if (subject.build && stateOf(subject.build) === 'Succeeded')
        return ok('removed, as after every success');
      return subject.pods.some((pod) => codeOf(pod) === undefined)
        ? { state: 'waiting', says: 'it has not begun' }
        : notSaved('no log of it was saved');
    }
    return lookAt(subject, found);
  },
};

interface Found {
  readonly lines: readonly string[];
  readonly file: string;
  readonly pod?: SavedObject | undefined;
  /** The exit code; unknown where it has not ended, or where its pod was not saved. */
  readonly exitCode?: number | undefined;
}

/** The log of the newest attempt that has one that says something: first of those that failed. */
function newest(subject: Subject): Found | undefined {
  const found = [...logged(subject), ...endings(subject)].filter(({ lines }) => lines.length > 0);
  return found.find(({ exitCode, lines }) => isFailed(exitCode, readBuildLog(lines))) ?? found[0];
}

function logged(subject: Subject): Found[] {
  return subject.logs
    .filter(({ container = BUILD_CONTAINER }) => container === BUILD_CONTAINER)
    .map((saved) => {
      const pod = subject.pods.find(({ name }) => name === saved.pod);
      return { lines: subject.read(saved), file: saved.file, pod, exitCode: pod && codeOf(pod) };
    });
}

/** The end of a log is also in the status of its container. */
function endings({ pods }: Subject): Found[] {
  return pods.flatMap((pod) => {
    const { message, exitCode } = containersOf(pod).find(({ name }) => name === BUILD_CONTAINER) ?? {};
    return message === undefined || exitCode === undefined
      ? []
      : [{ lines: linesOf(message), file: pod.file, pod, exitCode }];
  });
}

function codeOf(pod: SavedObject): number | undefined {
  return containersOf(pod).find(({ name }) => name === BUILD_CONTAINER)?.exitCode;
}

/** Where the pod was not saved, its last word tells. */
function isFailed(exitCode: number | undefined, { error }: BuildLog): boolean {
  return exitCode === undefined ? error !== undefined : exitCode !== 0;
}

function lookAt(subject: Subject, { lines, file, pod, exitCode }: Found): Look {
  const log = readBuildLog(lines);
  if (!isFailed(exitCode, log)) {
    return exitCode === 0 || log.phase === 'push'
      ? ok('the image was built and pushed')
      : { state: 'waiting', says: log.instruction === undefined ? 'it runs' : `it is at ${log.instruction}` };
  }
  const instruction =
    log.phase === 'step' || log.phase === 'pull' ? failedInstruction(subject, log) : undefined;
  const at = instruction && { instruction };
  if (log.error !== undefined) return broken({ file, ...logFault(log, isEntitled(subject)), ...at });
  // It had no last word: what ended it is not in its log.
  const outside = pod && isKilled(exitCode) ? outsideFault(subject, pod) : undefined;
  return broken({ file, ...(outside ?? killed(exitCode) ?? logFault(log, isEntitled(subject))), ...at });
}

/** As a shell tells signals. */
function isKilled(exitCode: number | undefined): boolean {
  return exitCode !== undefined && exitCode > 128;
}

/** What ended a container, where nothing but its exit code says so. */
function killed(exitCode: number | undefined): Fault | undefined {
  if (exitCode === KILL) {
    const hint =
      'The node may have had no memory left: the build has no limit of its own. See the events of the node.';
    return { code: 'killed', what: 'the container was killed', hint, lines: [`exit code ${KILL}`] };
  }
  if (exitCode === TERM) {
    const hint = 'The pod was deleted, or its node shut down: the events of the namespace say which.';
    return {
      code: 'pod-lost',
      what: 'the container was ended with its pod',
      hint,
      lines: [`exit code ${TERM}`],
    };
  }
  return undefined;
}

const KILL = 128 + 9;
const TERM = 128 + 15;

/** Whether the build had the certificates of a subscription. */
function isEntitled({ gathered, job, pods, buildName }: Subject): boolean {
  const containerfile = findObject(
    gathered,
    'ConfigMap',
    `${AUXILIARY.containerfile}${buildName}`,
    NAMESPACE,
  );
  const volumes = [
    ...listAt(job?.data, 'spec', 'template', 'spec', 'volumes'),
    ...pods.flatMap(({ data }) => listAt(data, 'spec', 'volumes')),
  ];
  return (
    volumes.some((volume) => textAt(volume, 'name') === 'etc-pki-entitlement') ||
    [containerfile, job].some(
      (object) =>
        at(object?.data, 'metadata', 'annotations', `${GROUP}/has-etc-pki-entitlement`) !== undefined,
    )
  );
}

/** Logs of what writes the digest down; one without a container's name may be that of the whole pod. */
export function digestLogs(subject: Subject): (Found & { readonly isWhole: boolean })[] {
  return subject.logs
    .filter(({ container }) => container === undefined || DIGEST_CONTAINERS.includes(container))
    .map((saved) => ({
      ...{ lines: subject.read(saved), file: saved.file, isWhole: saved.container === undefined },
    }));
}
