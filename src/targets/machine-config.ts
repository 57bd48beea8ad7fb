import { z } from 'zod';
import { formatImageRef, imageRepository } from '../values/image-ref.ts';
import { API_VERSION, defineTarget, ROLE_LABEL } from './target.ts';

export const machineConfig = defineTarget({
  name: 'machineConfig',
  summary:
    'A MachineConfig with `osImageURL`: the image is built outside of the cluster, and pinned by digest in git.',
  schema: z.strictObject({
    image: imageRepository.describe(
      'The repository that the image is pushed to and that the nodes pull from, without tag or digest.',
    ),
  }),
  builtBy: 'runner',
  from: (base) => `FROM ${formatImageRef(base)}`,
  object(_props, { pool, pinned, annotations }) {
    if (pinned === undefined) return undefined;
    return {
      apiVersion: API_VERSION,
      kind: 'MachineConfig',
      // Of two MachineConfigs of a role the later name wins, and up to 4.21 the operator's own count: hence the 99.
      metadata: { name: `99-${pool}-os-layers`, annotations, labels: { [ROLE_LABEL]: pool } },
      spec: { osImageURL: `${pinned.image}@${pinned.digest}` },
    };
  },
});
