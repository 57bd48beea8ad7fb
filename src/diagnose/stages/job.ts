import { at, type SavedObject, trueCondition } from '../../gathered/object.ts';
import { broken, type Look, notSaved, ok } from '../fault.ts';
import { AUXILIARY } from '../names.ts';
import { refusalsOf } from '../refused.ts';
import { eventsOf } from '../said.ts';
import { hasAll } from '../subject.ts';
import { isBeforeJob, stateOf } from './build.ts';
import type { Stage } from './stage.ts';

/** The operator's backoffLimit is 3. */
const ATTEMPTS = 4;

export const job: Stage = {
  name: 'job',
  title: 'Job',
  when: 'build',
  look(subject) {
    const { job, build, buildName } = subject;
    if (buildName === undefined) return { state: 'not reached', says: '' };
    const name = `${AUXILIARY.job}${buildName}`;
    const refused = eventsOf(subject, 'Job', name).find(({ reason }) => reason === 'FailedCreate');
    if (refused !== undefined && subject.pods.length === 0) {
      return broken({
        code: 'pod-forbidden',
        what: 'the Job may make no pod',
        hint: 'Its service account machine-os-builder runs under the SCC anyuid, by the ClusterRoleBinding machine-os-builder-anyuid; a quota or an admission webhook may refuse it, too.',
        lines: [refused.message],
        file: refused.file,
      });
    }
    if (job !== undefined) return lookAt(job);
    const state = build && stateOf(build);
    if (state === 'Succeeded') return ok('removed, as after every success');
    if (state === 'Interrupted') return { state: 'not reached', says: 'deleted' };
    if (!hasAll(subject.gathered, 'Job')) return notSaved(`${name} was not saved`);
    const isToCome = isBeforeJob(subject) && refusalsOf(subject, 'build').length > 0;
    if (state === 'new' || isToCome) return { state: 'waiting', says: 'there is none yet' };
    return broken({
      code: 'job-missing',
      what: `there is no Job ${name}, and its build did not end well`,
      hint: 'It was deleted, or never made: the log of machine-os-builder says so. `layers rebuild` says how to start the build again.',
    });
  },
};

function lookAt(job: SavedObject): Look {
  const failedPods = Number(at(job.data, 'status', 'failed') ?? 0);
  const condition = trueCondition(job, 'Failed');
  if (condition !== undefined || failedPods >= ATTEMPTS) {
    const says = `${failedPods} of ${ATTEMPTS} attempts failed${condition === undefined ? '' : ` (${condition.reason})`}`;
    return {
      state: 'broken',
      says,
      fault: {
        code: 'attempts-exhausted',
        what: `all attempts of the Job ${job.name} failed`,
        hint: 'Why, is in the logs of its pods, which were not saved, or are gone: start the build again (`layers rebuild`), and save them while it runs.',
        lines: [condition === undefined ? says : `${condition.reason}: ${condition.message}`],
        file: job.file,
      },
    };
  }
  if (Number(at(job.data, 'status', 'succeeded') ?? 0) > 0) return ok('it is complete');
  const attempt = `attempt ${failedPods + 1} of ${ATTEMPTS}`;
  return { state: 'waiting', says: at(job.data, 'spec', 'suspend') === true ? 'it is suspended' : attempt };
}
