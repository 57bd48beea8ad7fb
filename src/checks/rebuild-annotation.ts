import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, GROUP, ofKind, place } from './manifests/manifests.ts';

const REBUILD = `${GROUP}/rebuild`;

export const rebuildAnnotation = defineCheck({
  code: 'rebuild-annotation',
  severity: 'warning',
  summary: 'The annotation that asks for one rebuild is in a file.',
  why: 'The operator removes it once the build has started. Whoever applies the file again, such as Argo CD with self-heal, asks for another build, without end; and each one deletes the image of the one before.',
  manifests: {
    bad: configYaml({ metadata: `annotations:\n  ${REBUILD}: ""` }),
    good: configYaml(),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        if (at(config, 'metadata', 'annotations', REBUILD) === undefined) continue;
        report({
          message: `${REBUILD} starts a build each time that it is applied`,
          hint: `Leave it out, and run \`oc annotate machineosconfig/${config.name} ${REBUILD}=\` once.`,
          origin: place(config, 'metadata', 'annotations', REBUILD),
        });
      }
    },
  },
});
