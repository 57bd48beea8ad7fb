import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { rpm, rpmFileName } from '../values/rpm.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { ownRpms } from './own-rpms.ts';
import { defineStep } from './step.ts';

const install = shellTemplate(
  String.raw`
    dnf install -y${RPM_ARGUMENTS}
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q`,
  RPM_SKELETON,
);

// /opt and /usr/local lead into /var, whose content does not ship. What was installed there moves below /usr/lib, and
// systemd-tmpfiles links to it at each boot. The build fails where there is nothing to move, or where it is taken.
const makeRoom = shellTemplate('mkdir -p /var/opt /var/usrlocal', {});
const relocate = shellTemplate(
  `
    find /var/opt -mindepth 1 -maxdepth 1 > /tmp/relocated
    find /var/usrlocal -mindepth 2 -maxdepth 2 >> /tmp/relocated
    find /var/usrlocal -mindepth 1 -maxdepth 1 ! -type d >> /tmp/relocated
    test -s /tmp/relocated || { echo 'relocate: nothing is in /opt or /usr/local' >&2; exit 1; }
    while read -r path; do to="/usr/lib\${path#/var}" && mkdir -p "\${to%/*}" && mv -T "$path" "$to" || exit 1; done < /tmp/relocated
    sed -E 's|%|%%|g; s|^/var(.*)|L+ "&" - - - - /usr/lib\\1|' /tmp/relocated > {{sh tmpfiles}}
    rm /tmp/relocated`,
  { tmpfiles: '' },
);

export const rpms = defineStep({
  name: 'rpms',
  summary: 'Installs the given RPM files, with what they require from the enabled repositories.',
  schema: z.strictObject({
    rpms: z.array(rpm).min(1).describe('The RPMs, by URL or as files below `layers/files/`.'),
    relocate: z
      .literal('opt')
      .optional()
      .describe(
        '`opt`: for vendors that install to /opt or /usr/local, which do not ship. Moves it below /usr/lib, with links to it made at boot.',
      ),
  }),
  examples: [
    {
      title: "A vendor's agent",
      props: { rpms: [{ url: 'https://example.com/files/agent-7.1-1.x86_64.rpm' }] },
    },
    {
      title: 'A vendor that installs to /opt',
      props: { rpms: [{ url: 'https://example.com/files/scanner-3.0-2.x86_64.rpm' }], relocate: 'opt' },
    },
  ],
  render({ rpms, relocate: where }, context) {
    const own = ownRpms(rpms, context, (index) => ['rpms', index]);
    const [first] = own;
    if (first === undefined) return { instructions: [] };
    const fetched = fetchRpms(own, context);
    const tmpfiles = `/usr/lib/tmpfiles.d/relocated-${rpmFileName(first.rpm).replace(/\.rpm$/, '')}.conf`;
    const commands = [
      ...fetched.fetch,
      ...(where === undefined
        ? install(fetched)
        : [...makeRoom({}), ...install(fetched), ...relocate({ tmpfiles })]),
      ...fetched.remove,
    ];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
      secrets: fetched.secrets,
      claims: fetched.claims,
    };
  },
});
