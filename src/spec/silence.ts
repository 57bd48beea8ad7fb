import * as z from 'zod';
import { pattern } from '../values/value.ts';

/** Something that `layers check` finds, and that is meant. */
export const silence = z.strictObject({
  check: pattern(
    /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
    'the code of a finding',
    'Write the code that `layers check` prints in brackets.',
  ).describe('The code of the finding, as `layers check` prints it in brackets.'),
  reason: z.string().min(1).describe('Why it is meant: what the next person needs to know.'),
});

export const silences = z
  .array(silence)
  .min(1)
  .optional()
  .describe('What `layers check` finds in this document and is not to report, each with the reason.');

export type Silence = z.output<typeof silence>;
