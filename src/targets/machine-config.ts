import * as z from 'zod';
import { formatImageRef, imageRepository } from '../values/image-ref.ts';
import { defineTarget, machineConfigOf } from './target.ts';

export const machineConfig = defineTarget({
  name: 'machineConfig',
  summary:
    'A MachineConfig with `osImageURL`: the image is built outside of the cluster, and pinned by digest in git.',
  schema: z.strictObject({
    image: imageRepository
      .optional()
      .describe(
        "The repository that the image is pushed to and that the nodes pull from, without tag or digest. Default: `<push>/<pool>` of the cluster's registry.",
      ),
  }),
  builtBy: 'runner',
  from: (base) => `FROM ${formatImageRef(base)}`,
  objects(_props, view) {
    const { pinned, node } = view;
    if (pinned === undefined) return [];
    return [machineConfigOf(view, { osImageURL: `${pinned.image}@${pinned.digest}`, ...node })];
  },
});
