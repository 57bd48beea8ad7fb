import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { packageName } from '../values/names.ts';
import { isAtLeast } from '../values/release-version.ts';
import { rpm } from '../values/rpm.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { ownRpms } from './own-rpms.ts';
import { defineStep } from './step.ts';

// One transaction, for what replaces a package of the base and for what the base does not have. dnf would also put an
// older build in the place of a newer one, and succeed: rpm is asked first, and refuses. Afterwards the exact builds are
// asserted from the headers of the files themselves, epoch included.
const byDnf = shellTemplate(
  String.raw`
    rpm -U --test --nodeps --replacepkgs${RPM_ARGUMENTS}
    dnf install -y${RPM_ARGUMENTS}
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q`,
  RPM_SKELETON,
);

// rpm-ostree overrides only what the base has, and in a container its --install takes no files: what is new to the base is
// installed by a second command. Before 4.19 it replaces parts of the boot chain only once its wrappers are in place.
const byRpmOstree = shellTemplate(
  String.raw`
    {{#if cliwrap}}rpm-ostree cliwrap install-to-root /{{/if}}
    rpm -U --test --nodeps --replacepkgs${RPM_ARGUMENTS}
    for rpm in${RPM_ARGUMENTS}; do rpm -q --quiet "$(rpm -qp --qf '%{name}' "$rpm")" || echo "$rpm"; done > /tmp/not-in-base
    printf '%s\n'${RPM_ARGUMENTS} | grep -vxFf /tmp/not-in-base | xargs -r rpm-ostree override replace
    xargs -r rpm-ostree install < /tmp/not-in-base
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q
    rm /tmp/not-in-base`,
  { ...RPM_SKELETON, cliwrap: false },
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
    via: z
      .enum(['dnf', 'rpm-ostree'])
      .optional()
      .describe(
        'What installs them: `dnf`, in one transaction, or `rpm-ostree`, which overrides what the base has and then installs what it lacks. Default: dnf.',
      ),
    rpms: z
      .array(rpm)
      .min(1)
      .describe('The RPMs: newer builds of what the base has, and what these need beside it.'),
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
    {
      title: 'As an override of rpm-ostree',
      props: {
        reason: 'RHEL-23456, CRI-O loses its containers',
        via: 'rpm-ostree',
        rpms: [{ url: 'https://example.com/files/cri-o-1.32.5-3.rhaos4.19.el9.x86_64.rpm' }],
      },
    },
  ],
  comment: ({ reason }) => reason,
  render({ reason, rpms, via = 'dnf' }, context) {
    if (/^TODO\b/.test(reason)) {
      context.report({
        code: 'reason-todo',
        severity: 'warning',
        message: 'it is still to be said why these packages are replaced',
        hint: 'Write the reason and the ticket: the next person has to know when the hotfix can go.',
        path: ['reason'],
      });
    }
    const own = ownRpms(rpms, context, (index) => ['rpms', index]);
    if (own.length === 0) return { instructions: [] };
    const fetched = fetchRpms(own, context);
    const cliwrap = !isAtLeast(context.release, '4.19');
    const install = via === 'dnf' ? byDnf(fetched) : byRpmOstree({ ...fetched, cliwrap });
    const commands = [...fetched.fetch, ...install, ...fetched.remove];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
      secrets: fetched.secrets,
      claims: fetched.claims,
    };
  },
});
