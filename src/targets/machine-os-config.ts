import * as z from 'zod';
import { secretName } from '../values/names.ts';
import { pushSpec } from '../values/push-spec.ts';
import { API_VERSION, defineTarget, machineConfigOf } from './target.ts';

const secretReference = (what: string) => z.strictObject({ name: secretName.describe(what) });

export const machineOSConfig = defineTarget({
  name: 'machineOSConfig',
  summary: 'A MachineOSConfig: the cluster builds the image on itself, pushes it and rolls it out.',
  schema: z.strictObject({
    renderedImagePushSpec: pushSpec.describe(
      'Where the cluster pushes the image, `host/namespace/name:tag`; at most one namespace, and the tag is replaced by the operator.',
    ),
    renderedImagePushSecret: secretReference(
      'A Secret in openshift-machine-config-operator with the right to push.',
    ).describe('The Secret to push with.'),
    baseImagePullSecret: secretReference(
      'A Secret in openshift-machine-config-operator with the right to pull.',
    )
      .optional()
      .describe("The Secret to pull the base with. Default: a copy of the cluster's global pull secret."),
  }),
  builtBy: 'cluster',
  from: () => 'FROM configs AS final',
  // https://github.com/openshift/api, machineconfiguration/v1: MachineOSContainerfile.content, maxLength
  limit: 4096,
  objects({ renderedImagePushSpec, renderedImagePushSecret, baseImagePullSecret }, view) {
    const { pool, containerfile, annotations } = view;
    const config = {
      apiVersion: API_VERSION,
      kind: 'MachineOSConfig',
      // The API server refuses any other name than the pool's.
      metadata: { name: pool, annotations },
      spec: {
        machineConfigPool: { name: pool },
        // Written out, because a defaulted key in a list shows as a difference in Argo CD.
        containerFile: [{ containerfileArch: 'NoArch', content: containerfile }],
        imageBuilder: { imageBuilderType: 'Job' },
        ...(baseImagePullSecret && { baseImagePullSecret }),
        renderedImagePushSecret,
        renderedImagePushSpec,
      },
    };
    return Object.keys(view.node).length === 0 ? [config] : [config, machineConfigOf(view, view.node)];
  },
});
