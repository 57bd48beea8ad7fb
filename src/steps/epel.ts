import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { rpmArchitecture } from '../values/architecture.ts';
import { packageName } from '../values/names.ts';
import { rpm } from '../values/rpm.ts';
import { httpUrl } from '../values/url.ts';
import { pattern } from '../values/value.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { ownRpms } from './own-rpms.ts';
import { type Claim, defineStep } from './step.ts';

const fromRelease = shellTemplate(
  `
    dnf install -y${RPM_ARGUMENTS}
    dnf install -y {{words packages}}
    {{#unless keep}}dnf remove -y --noautoremove epel-release{{/unless}}`,
  { ...RPM_SKELETON, packages: [''], keep: false },
);

const fromMirror = shellTemplate(
  `dnf install -y --repofrompath {{sh repository}} --setopt=epel.gpgcheck=1 --setopt={{sh key}} {{words packages}}`,
  { repository: '', key: '', packages: [''] },
);

export const epel = defineStep({
  name: 'epel',
  summary: 'Installs packages from EPEL, and leaves no repository enabled behind.',
  schema: z
    .strictObject({
      packages: z.array(packageName).min(1).describe('Names of packages in EPEL.'),
      el: pattern(/^[0-9]+$/, "EPEL's major version", 'Write "9".')
        .optional()
        .describe('RHEL\'s major version, such as "9". Default: the release\'s.'),
      release: rpm
        .optional()
        .describe(
          'The epel-release RPM, best with its sha256. Default: the latest one, which is another file tomorrow.',
        ),
      mirror: httpUrl
        .optional()
        .describe(
          'Instead of epel-release, the URL of a mirror: the folder that has `<el>/Everything/x86_64`, or that of another architecture, and `RPM-GPG-KEY-EPEL-<el>`, as https://dl.fedoraproject.org/pub/epel has.',
        ),
      keep: z.boolean().optional().describe('Keep the repository in the image. Default: false.'),
    })
    .superRefine(({ mirror, release, keep }, context) => {
      if (mirror !== undefined && (release !== undefined || keep)) {
        context.addIssue({
          code: 'custom',
          path: ['mirror'],
          message: 'with a mirror there is no epel-release to install or to keep',
          params: { hint: 'Leave out release and keep, or the mirror.' },
        });
      }
    }),
  examples: [
    { title: 'The latest epel-release', props: { el: '9', packages: ['htop'] } },
    {
      title: 'epel-release by its sum',
      props: {
        packages: ['htop'],
        release: {
          url: 'https://example.com/files/epel-release-9-9.el9.noarch.rpm',
          sha256: '9c5f1e4b2d3a60718293a4b5c6d7e8f90123456789abcdef0123456789abcdef',
        },
      },
    },
    {
      title: 'From a mirror',
      props: { packages: ['htop'], mirror: 'https://mirror.example.com/pub/epel' },
    },
  ],
  render(props, context) {
    const el = props.el ?? context.el?.split('.')[0];
    if (el === undefined && props.release === undefined) {
      context.report({
        code: 'epel-version-unknown',
        message: 'it is not known which EPEL this release needs',
        hint: 'Write el: "9", or give the Release document its el.',
      });
    }
    if (props.mirror !== undefined) {
      const mirror = props.mirror.replace(/\/+$/, '');
      const commands = fromMirror({
        repository: `epel,${mirror}/${el}/Everything/${rpmArchitecture(context.architecture)}`,
        key: `epel.gpgkey=${mirror}/RPM-GPG-KEY-EPEL-${el}`,
        packages: props.packages,
      });
      return { instructions: [{ kind: 'run', commands, cleans: true }], claims: claimsOf(props.packages) };
    }
    // What is installed by it is signed by the key that it brings: nothing else says that it is the right one.
    if (props.release?.file === undefined && props.release?.sha256 === undefined) {
      context.report({
        code: 'epel-release-unpinned',
        severity: 'warning',
        message:
          props.release === undefined
            ? 'the latest epel-release is another file tomorrow'
            : 'this epel-release may be another file tomorrow, with another key',
        hint: 'Give release: { url: …, sha256: … }, or a mirror.',
        ...(props.release !== undefined && { path: ['release'] }),
      });
    }
    const release = props.release ?? {
      url: `https://dl.fedoraproject.org/pub/epel/epel-release-latest-${el}.noarch.rpm`,
    };
    const fetched = fetchRpms(
      ownRpms([release], context, () => ['release']),
      context,
    );
    const commands = [
      ...fetched.fetch,
      ...fromRelease({ ...fetched, packages: props.packages, keep: props.keep ?? false }),
      ...fetched.remove,
    ];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
      secrets: fetched.secrets,
      claims: claimsOf(props.packages),
    };
  },
});

function claimsOf(packages: readonly string[]): Claim[] {
  return packages.map((name, index) => ({ verb: 'installs', name, at: ['packages', index] }));
}
