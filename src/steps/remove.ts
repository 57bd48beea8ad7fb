import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { packageName } from '../values/names.ts';
import { defineStep } from './step.ts';

// dnf succeeds where it finds nothing to remove, as after a typing error or under another name: the absence is asserted.
const remove = shellTemplate(
  `
    dnf remove -y --noautoremove {{words packages}}
    {{#each packages}}
      ! rpm -q {{sh this}}
    {{/each}}`,
  { packages: [''] },
);

export const removeStep = defineStep({
  name: 'remove',
  summary: 'Removes packages of the base, and what requires them.',
  schema: z.strictObject({
    packages: z.array(packageName).min(1).describe('Names of packages.'),
  }),
  examples: [{ title: 'What the nodes should not have', props: { packages: ['fixture-hello'] } }],
  render: ({ packages }) => ({
    instructions: [{ kind: 'run', commands: remove({ packages }), cleans: true }],
    claims: packages.map((name, index) => ({ verb: 'removes' as const, name, at: ['packages', index] })),
  }),
});
