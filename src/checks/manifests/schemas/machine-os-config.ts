import * as z from 'zod';
import { pushSpec } from './push-spec.ts';
import { machineOSConfigStatus } from './status.ts';
import { keyed, named, object, type Rule, text } from './text.ts';

/** https://github.com/openshift/api, machineconfiguration/v1: MachineOSContainerfile.content, maxLength */
export const MOST_CHARACTERS = 4096;

const content: Rule = (value) => {
  const count = [...value].length;
  return count <= MOST_CHARACTERS
    ? undefined
    : {
        message: `this Containerfile has ${count} characters, and a MachineOSConfig holds ${MOST_CHARACTERS}`,
        hint: 'Move files and downloads into an RPM, or build the image outside of the cluster, for a MachineConfig.',
        code: 'containerfile-too-long',
      };
};

const containerFile = z.strictObject({
  containerfileArch: z.enum(['NoArch', 'AMD64', 'ARM64', 'PPC64LE', 'S390X']).default('NoArch'),
  content: text(content),
});

/** A MachineOSConfig as the API server takes it, from 4.18 on. */
export const machineOSConfig = z.strictObject({
  ...object,
  spec: z.strictObject({
    machineConfigPool: named(),
    imageBuilder: z.strictObject({ imageBuilderType: z.enum(['Job']) }),
    baseImagePullSecret: named().optional(),
    renderedImagePushSecret: named(),
    renderedImagePushSpec: pushSpec,
    containerFile: keyed(containerFile, ['containerfileArch'], 4).optional(),
  }),
  status: machineOSConfigStatus.optional(),
});
