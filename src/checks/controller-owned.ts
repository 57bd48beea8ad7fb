import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, GROUP, isLive, ofKind, place } from './manifests/manifests.ts';

const BUILD = `${GROUP}/current-machine-os-build`;

const OWNED: readonly (readonly [kind: string, path: readonly string[], what: string])[] = [
  ['MachineOSConfig', ['metadata', 'annotations', BUILD], `the annotation ${BUILD}`],
  ['MachineOSConfig', ['status'], 'the status'],
  ['MachineOSBuild', ['status'], 'the status'],
  ['MachineConfigPool', ['status'], 'the status'],
  ['MachineConfigPool', ['spec', 'configuration'], 'spec.configuration'],
];

export const controllerOwned = defineCheck({
  code: 'controller-owned',
  severity: 'warning',
  summary: 'A key that the operator writes is in a file.',
  why: 'Git and the operator then overwrite each other. A stale current-machine-os-build keeps a pool at an old image, and a pool whose configuration is taken from git does not get its new one.',
  manifests: {
    bad: configYaml({ metadata: `annotations:\n  ${BUILD}: infra-9a8f89455246fa0c42ecee6ff1fa1a45` }),
    good: configYaml(),
    find(manifests, report) {
      for (const [kind, path, what] of OWNED) {
        for (const object of ofKind(manifests, kind)) {
          if (at(object, ...path) === undefined || isLive(object)) continue;
          report({
            message: `${what} is the operator's own`,
            hint: 'Leave it out here, and have Argo CD ignore differences in it.',
            origin: place(object, ...path),
          });
        }
      }
    },
  },
});
