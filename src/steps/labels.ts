import * as z from 'zod';
import { pattern } from '../values/value.ts';
import { defineStep } from './step.ts';
import { expand } from './variables.ts';

// Those of the tool say which build an image is: `cdk8s-os-layers/build`.
const key = pattern(
  /^(?!cdk8s-os-layers\/)[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?$/,
  "a label's key",
  'Use lower-case letters, digits, dots, dashes and slashes; cdk8s-os-layers/ is taken.',
);

export const labels = defineStep({
  name: 'labels',
  summary: 'Labels the image.',
  schema: z
    .record(
      key,
      pattern(/^[^\p{Cc}]*$/u, 'a label', 'Write it on one line.').describe(
        'Its value. `${release.kernel}` and the like are replaced.',
      ),
    )
    .refine((labels) => Object.keys(labels).length > 0, { error: 'this step has no label' })
    .meta({ minProperties: 1 }),
  examples: [
    {
      title: 'Who is responsible',
      props: { 'com.example.team': 'platform', 'com.example.ticket': 'OPS-42 (nodes)' },
    },
  ],
  render: (labels, context) => ({
    instructions: Object.entries(labels).map(([key, value]) => ({
      kind: 'label',
      key,
      value: expand(value, context, [key]),
    })),
    claims: Object.keys(labels).map((name) => ({ verb: 'labels' as const, name, at: [name] })),
  }),
});
