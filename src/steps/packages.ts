import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { packageName, repositoryId } from '../values/names.ts';
import { defineStep } from './step.ts';

const install = shellTemplate('dnf install -y {{#each from}}--repo {{sh this}} {{/each}}{{words install}}', {
  install: [''],
  from: [''],
});

export const packages = defineStep({
  name: 'packages',
  summary: 'Installs packages from the enabled repositories.',
  schema: z.strictObject({
    install: z.array(packageName).min(1).describe('Names of packages, as `dnf install` takes them.'),
    from: z
      .array(repositoryId)
      .min(1)
      .optional()
      .describe('Ids of the only repositories to use. Default: every enabled one.'),
  }),
  examples: [
    { title: 'From every enabled repository', props: { install: ['rsyslog', 'chrony'] } },
    { title: 'From one repository only', props: { install: ['agent'], from: ['vendor'] } },
  ],
  render: ({ install: names, from = [] }) => ({
    instructions: [{ kind: 'run', commands: install({ install: names, from }), cleans: true }],
    claims: names.map((name, index) => ({ verb: 'installs' as const, name, at: ['install', index] })),
  }),
});
