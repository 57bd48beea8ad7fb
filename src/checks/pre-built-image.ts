import { parsePinnedImage } from '../values/image-ref.ts';
import { defineCheck } from './check.ts';
import { configYaml, DIGEST } from './examples.ts';
import { at, GROUP, ofKind, place } from './manifests/manifests.ts';

const PRE_BUILT = `${GROUP}/pre-built-image`;

export const preBuiltImage = defineCheck({
  code: 'pre-built-image',
  severity: 'warning',
  summary: 'The annotation that gives a pool its image at installation.',
  why: 'It is for manifests of the installer. On a live cluster it leaves a MachineConfig `10-prebuiltimage-osimageurl-<pool>` that nothing removes, and that from 4.22 on freezes the base of all later builds.',
  manifests: {
    bad: configYaml({ metadata: `annotations:\n  ${PRE_BUILT}: registry.example.com/os/infra@${DIGEST}` }),
    good: configYaml(),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const image = at(config, 'metadata', 'annotations', PRE_BUILT);
        if (image === undefined) continue;
        const isPinned = typeof image === 'string' && isImage(image);
        report({
          severity: isPinned ? 'warning' : 'error',
          message: isPinned
            ? `${PRE_BUILT} is for the installation`
            : `${PRE_BUILT} is not an image by digest`,
          hint: isPinned
            ? 'Leave it out of what is applied to a cluster that runs.'
            : 'Write host/namespace/name@sha256:<64 hexadecimal digits>.',
          origin: place(config, 'metadata', 'annotations', PRE_BUILT),
        });
      }
    },
  },
});

function isImage(text: string): boolean {
  try {
    parsePinnedImage(text);
    return true;
  } catch {
    return false;
  }
}
