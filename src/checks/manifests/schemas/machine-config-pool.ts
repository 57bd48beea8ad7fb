import * as z from 'zod';
import { keyed, length, matches, named, object, text } from './text.ts';

const selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.strictObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

const imageSet = z.strictObject({
  name: text(
    length(253, 1),
    matches(
      /^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]{0,61}[a-zA-Z0-9]))*$/,
      'the name of a PinnedImageSet',
    ),
  ),
});

/** A MachineConfigPool as the API server takes it, less what only the operator writes. */
export const machineConfigPool = z.strictObject({
  ...object,
  spec: z
    .strictObject({
      machineConfigSelector: selector.optional(),
      nodeSelector: selector.optional(),
      maxUnavailable: z.union([z.int(), z.string()]).optional(),
      paused: z.boolean().optional(),
      osImageStream: named(1).optional(),
      pinnedImageSets: keyed(imageSet, ['name'], 100).optional(),
      configuration: z.looseObject({}).optional(),
    })
    .optional(),
  status: z.looseObject({}).optional(),
});
