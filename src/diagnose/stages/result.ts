import { textAt } from '../../gathered/object.ts';
import { broken, notSaved, ok } from '../fault.ts';
import { currentBuild, hasAll } from '../subject.ts';
import { digestedPushSpec, stale, stateOf } from './build.ts';
import type { Stage } from './stage.ts';

/** What the nodes of the pool are to have. */
export const result: Stage = {
  name: 'result',
  title: 'image of the pool',
  when: 'after',
  look(subject) {
    const { config, build, builds, gathered } = subject;
    if (build === undefined || stateOf(build) !== 'Succeeded') return { state: 'not reached', says: '' };
    if (config === undefined) return notSaved('no MachineOSConfig was saved');
    const current = currentBuild(subject);
    const isThere = builds.some(({ name }) => name === current);
    if (current !== undefined && !isThere && hasAll(gathered, 'MachineOSBuild')) return stale(current);
    const image = textAt(config.data, 'status', 'currentImagePullSpec');
    if (image !== undefined) {
      return image === (digestedPushSpec(build) ?? image)
        ? ok(image)
        : { state: 'note', says: `${image}, of an older build than ${build.name}` };
    }
    return broken({
      code: 'result-missing',
      what: `the build ${build.name} succeeded, and the MachineOSConfig does not have its image`,
      hint: 'The machine-os-builder takes it over; Argo CD must not: have it pass over /status and the annotation current-machine-os-build (`ignoreDifferences`). See the log of machine-os-builder.',
      file: config.file,
    });
  },
};
