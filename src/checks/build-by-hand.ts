import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { isLive, ofKind, place } from './manifests/manifests.ts';

export const buildByHand = defineCheck({
  code: 'build-by-hand',
  severity: 'info',
  summary: 'A MachineOSBuild is in a file.',
  why: 'The operator makes one for each build, named after a hash that no file can know, and removes it. Deleting one deletes its image in the registry, too.',
  manifests: {
    bad: `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineOSBuild
metadata:
  name: infra-9a8f89455246fa0c42ecee6ff1fa1a45
spec:
  machineConfig:
    name: rendered-infra-32ef35dea3e553071277954842edb33a
  machineOSConfig:
    name: infra
  renderedImagePushSpec: registry.example.com/os/infra:latest
`,
    good: configYaml(),
    find(manifests, report) {
      for (const build of ofKind(manifests, 'MachineOSBuild')) {
        if (isLive(build)) continue;
        report({
          message: 'the operator makes MachineOSBuilds itself',
          hint: 'Keep the MachineOSConfig, and leave this out.',
          origin: place(build, 'kind'),
        });
      }
    },
  },
});
