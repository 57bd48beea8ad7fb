import * as z from 'zod';
import { labelValue, parseLabelKey } from '../values/names.ts';
import { pattern, ValueError, value } from '../values/value.ts';

const percentage = pattern(
  /^(?:100|[1-9]?[0-9])%$/,
  'a percentage',
  'Write a number, or a percentage in quotes: "10%".',
);

const CONTROL_PLANE = ['node-role.kubernetes.io/master', 'node-role.kubernetes.io/control-plane'];

const nodeLabel = value((text) => {
  const key = parseLabelKey(text);
  if (!CONTROL_PLANE.includes(key)) return key;
  throw new ValueError(
    'a custom pool cannot have nodes of the control plane',
    'The operator has one pool for them, master: give their layers to that.',
  );
});

/** A custom MachineConfigPool. `master` and `worker` are the cluster's own. */
export const machineConfigPool = z.strictObject({
  nodeSelector: z
    .strictObject({
      matchLabels: z
        .record(nodeLabel, labelValue.describe("A label's value; of a role it is empty."))
        .refine((labels) => Object.keys(labels).length > 0, {
          error: 'without a label it would have every node',
        })
        .describe('Labels that a node has to have, all of them.'),
    })
    .optional()
    .describe(
      'The nodes that are in it. Default: those of the role of its name, `node-role.kubernetes.io/<name>`.',
    ),
  paused: z
    .boolean()
    .optional()
    .describe('Whether its nodes wait: images are built, and not rolled out. Default: false.'),
  maxUnavailable: z
    .union([z.number().int().min(1), percentage])
    .optional()
    .describe(
      "How many nodes may be down at once: a number, or a percentage in quotes. Default: the operator's, 1.",
    ),
});
