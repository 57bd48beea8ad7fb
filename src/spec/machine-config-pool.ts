import { z } from 'zod';
import { pattern } from '../values/value.ts';

const percentage = pattern(
  /^(?:100|[1-9]?[0-9])%$/,
  'a percentage',
  'Write a number, or a percentage in quotes: "10%".',
);

/** A custom MachineConfigPool. `master` and `worker` are the cluster's own. */
export const machineConfigPool = z.strictObject({
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
