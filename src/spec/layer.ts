import * as z from 'zod';
import { STEPS, type StepName } from '../steps/index.ts';
import { dnsLabel } from '../values/names.ts';
import { silences } from './silence.ts';
import { variant } from './variant.ts';

type StepShape = { [Name in StepName]: (typeof STEPS)[Name]['schema'] };

const stepShape = Object.fromEntries(
  Object.values(STEPS).map(({ name, schema, summary }) => [name, schema.describe(summary)]),
) as unknown as StepShape;

export const step = variant('step', stepShape);

export const layer = z.strictObject({
  name: dnsLabel.describe('What pools call it by: lower-case letters, digits and dashes.'),
  steps: z.array(step).min(1).describe('What it does to the image, in this order.'),
  silence: silences,
});

/** Named steps that pools share. */
export type Layer = z.output<typeof layer>;
/** A layer as it is written. */
export type LayerProps = z.input<typeof layer>;
/** A step as it is written. */
export type StepProps = z.input<typeof step>;
