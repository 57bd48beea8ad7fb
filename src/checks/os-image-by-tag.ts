import { parseImageRef } from '../values/image-ref.ts';
import { defineCheck } from './check.ts';
import { DIGEST, machineConfigYaml } from './examples.ts';
import { ofKind, place, textAt } from './manifests/manifests.ts';

export const osImageByTag = defineCheck({
  code: 'os-image-by-tag',
  severity: 'warning',
  summary: 'An osImageURL has a tag, and no digest.',
  why: 'The operator takes it with a warning in its log. When the tag moves nothing is rolled out, and nodes that join later run another image than the rest.',
  manifests: {
    bad: machineConfigYaml('osImageURL: registry.example.com/os/infra:latest'),
    good: machineConfigYaml(`osImageURL: registry.example.com/os/infra@${DIGEST}`),
    find(manifests, report) {
      for (const config of ofKind(manifests, 'MachineConfig')) {
        const image = textAt(config, 'spec', 'osImageURL');
        if (!image || image.includes('@') || !isImage(image)) continue;
        report({
          message: 'this image has no digest',
          hint: `\`skopeo inspect --format '{{.Digest}}' docker://${image}\` prints it.`,
          origin: place(config, 'spec', 'osImageURL'),
        });
      }
    },
  },
});

function isImage(text: string): boolean {
  try {
    parseImageRef(text);
    return true;
  } catch {
    return false;
  }
}
