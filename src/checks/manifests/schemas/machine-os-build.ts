import * as z from 'zod';
import { pushSpec } from './push-spec.ts';
import { conditions, dateTime, digested, reference } from './status.ts';
import { keyed, named, object } from './text.ts';

const builder = z
  .strictObject({ imageBuilderType: z.string(), job: reference.optional() })
  .superRefine(({ imageBuilderType, job }, context) => {
    if ((imageBuilderType === 'Job') === (job !== undefined)) return;
    context.addIssue({ code: 'custom', path: ['job'], message: 'job belongs to imageBuilderType: Job' });
  });

const status = z
  .strictObject({
    buildStart: dateTime.optional(),
    buildEnd: dateTime.optional(),
    builder: builder.optional(),
    conditions: conditions(8).optional(),
    digestedImagePushSpec: digested.optional(),
    relatedObjects: keyed(reference, ['name', 'resource'], 10).optional(),
  })
  .superRefine(({ buildStart, buildEnd }, context) => {
    if (buildEnd === undefined) return;
    if (buildStart !== undefined && Date.parse(buildStart) < Date.parse(buildEnd)) return;
    context.addIssue({ code: 'custom', path: ['buildEnd'], message: 'a build ends after its start' });
  });

/** A MachineOSBuild as the API server takes it, from 4.18 on. */
export const machineOSBuild = z.strictObject({
  ...object,
  spec: z.strictObject({
    machineConfig: named(10),
    machineOSConfig: named(1),
    renderedImagePushSpec: pushSpec,
  }),
  status: status.optional(),
});
