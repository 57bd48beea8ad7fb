import { z } from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { rpm } from '../values/rpm.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { defineStep } from './step.ts';

const install = shellTemplate(
  String.raw`
    dnf install -y${RPM_ARGUMENTS}
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q`,
  RPM_SKELETON,
);

export const rpms = defineStep({
  name: 'rpms',
  summary: 'Installs the given RPM files, with what they require from the enabled repositories.',
  schema: z.strictObject({
    rpms: z.array(rpm).min(1).describe('The RPMs, by URL or as files below `layers/files/`.'),
  }),
  examples: [
    {
      title: "A vendor's agent",
      props: { rpms: [{ url: 'https://example.com/files/agent-7.1-1.x86_64.rpm' }] },
    },
  ],
  render({ rpms }, context) {
    const fetched = fetchRpms(rpms, context, (index) => ['rpms', index]);
    const commands = [...fetched.fetch, ...install(fetched), ...fetched.remove];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
    };
  },
});
