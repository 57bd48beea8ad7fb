import { z } from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { packageName } from '../values/names.ts';
import { rpm } from '../values/rpm.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { defineStep } from './step.ts';

// `dnf update` of an RPM older than the installed one, or of a package that is not installed, does nothing and
// succeeds. The exact builds are asserted from the headers of the files themselves, epoch included.
const update = shellTemplate(
  String.raw`
    dnf update -y${RPM_ARGUMENTS}
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q`,
  RPM_SKELETON,
);

export const hotfix = defineStep({
  name: 'hotfix',
  summary:
    'Replaces packages of the base by the given builds, and fails unless exactly these are installed afterwards.',
  schema: z.strictObject({
    reason: z
      .string()
      .min(1)
      .describe('Why, and the ticket: what the next person needs to know to remove it.'),
    expires: z
      .strictObject({
        package: packageName.describe('The package that brings the fix.'),
        atLeast: z.string().min(1).describe('Its first `version-release` with the fix.'),
      })
      .optional()
      .describe('When the hotfix is no longer needed: once the base has this package in this version.'),
    rpms: z.array(rpm).min(1).describe('The RPMs, all of which replace an installed package.'),
  }),
  examples: [
    {
      title: 'A build of systemd from support',
      props: {
        reason: 'RHEL-12345, journald deadlock',
        expires: { package: 'systemd', atLeast: '252-47.el9_4' },
        rpms: [
          {
            url: 'https://example.com/files/systemd-252-46.el9_4.x86_64.rpm',
            sha256: '3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b',
          },
          { url: 'https://example.com/files/systemd-libs-252-46.el9_4.x86_64.rpm' },
        ],
      },
    },
  ],
  comment: ({ reason }) => reason,
  render({ rpms }, context) {
    const fetched = fetchRpms(rpms, context, (index) => ['rpms', index]);
    const commands = [...fetched.fetch, ...update(fetched), ...fetched.remove];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
    };
  },
});
