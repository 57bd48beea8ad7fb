import * as z from 'zod';
import { shellTemplate } from '../containerfile/template.ts';
import { rpmArchitecture } from '../values/architecture.ts';
import { isAtLeast } from '../values/release-version.ts';
import { type Rpm, rpm, rpmFileName, rpmNevra, rpmPackage } from '../values/rpm.ts';
import { httpUrl } from '../values/url.ts';
import { oneOfKeys, pattern } from '../values/value.ts';
import { fetchRpms, RPM_ARGUMENTS, RPM_SKELETON } from './fetched-rpms.ts';
import { isFor, type PlacedRpm } from './own-rpms.ts';
import { defineStep, type StepContext } from './step.ts';

// Before 4.19 rpm-ostree replaces a kernel in a container only once its wrappers are in place.
const replace = shellTemplate(
  String.raw`
    {{#if cliwrap}}rpm-ostree cliwrap install-to-root /{{/if}}
    rpm-ostree override replace${RPM_ARGUMENTS}
    rpm -qp --qf '%{nevra}\n'${RPM_ARGUMENTS} | xargs rpm -q`,
  { ...RPM_SKELETON, cliwrap: false },
);

/** What a kernel is made of: without one of them nodes do not boot, or boot without their drivers. */
const PARTS = ['kernel', 'kernel-core', 'kernel-modules', 'kernel-modules-extra'];
/** Split from kernel-modules in RHEL 9.2. */
const MODULES_CORE = 'kernel-modules-core';

export const kernel = defineStep({
  name: 'kernel',
  summary: "Replaces the base's kernel by a complete set of another one.",
  schema: z
    .strictObject({
      rpms: z.array(rpm).min(1).optional().describe('The RPMs of the kernel, every part of it.'),
      version: pattern(
        /^[0-9][A-Za-z0-9._~^]*-[A-Za-z0-9._~^]+\.(?:x86_64|aarch64|ppc64le|s390x)$/,
        "a kernel's version",
        'Write version-release.arch: "5.14.0-295.el9.x86_64".',
      )
        .optional()
        .describe('Instead of `rpms`: its `version-release.arch`.'),
      baseurl: httpUrl.optional().describe('With `version`: the folder that has the RPMs.'),
    })
    .superRefine(({ rpms, version, baseurl }, context) => {
      if (
        (rpms === undefined) === (version === undefined) ||
        (version === undefined) !== (baseurl === undefined)
      ) {
        context.addIssue({
          code: 'custom',
          message: 'a kernel is given by rpms, or by version and baseurl',
          params: { hint: 'Write { rpms: […] } or { version: …, baseurl: … }.' },
        });
      }
    })
    .meta(oneOfKeys('rpms', 'version')),
  examples: [
    {
      title: 'By version',
      props: {
        version: '5.14.0-295.el9.x86_64',
        baseurl: 'https://mirror.example.com/9-stream/BaseOS/x86_64/os/Packages',
      },
    },
    {
      title: 'By a list, with a sum',
      props: {
        rpms: [
          {
            url: 'https://example.com/files/kernel-5.14.0-570.17.1.el9_6.x86_64.rpm',
            sha256: '7be2c1d0f3a495867382716a5b4c3d2e1f00112233445566778899aabbccddee',
          },
          ...['core', 'modules', 'modules-core', 'modules-extra'].map((part) => ({
            url: `https://example.com/files/kernel-${part}-5.14.0-570.17.1.el9_6.x86_64.rpm`,
          })),
        ],
      },
    },
  ],
  render({ rpms, version, baseurl }, context) {
    const parts = [...PARTS, ...(hasModulesCore(context) ? [MODULES_CORE] : [])].sort();
    const set: readonly Rpm[] =
      rpms ?? parts.map((name) => ({ url: `${baseurl!.replace(/\/+$/, '')}/${name}-${version}.rpm` }));
    const placed = set.map((rpm, index) => ({
      rpm,
      path: rpms === undefined ? ['version'] : ['rpms', index],
    }));
    const names = new Set(placed.filter(({ rpm }) => isFor(rpm, context)).map(({ rpm }) => rpmPackage(rpm)));
    // Several architectures have a kernel each. What is of another one only stays, to be told of.
    const own = placed.filter(
      ({ rpm }) => isFor(rpm, context) || (rpm.architecture === undefined && !names.has(rpmPackage(rpm))),
    );
    if (own.length === 0) return { instructions: [] };
    if (rpms !== undefined) reportMissing(parts, own, context);
    reportMixed(parts, own, context);
    const fetched = fetchRpms(own, context);
    const cliwrap = !isAtLeast(context.release, '4.19');
    const commands = [...fetched.fetch, ...replace({ ...fetched, cliwrap }), ...fetched.remove];
    return {
      instructions: [{ kind: 'run', commands, mounts: fetched.mounts, cleans: true }],
      files: fetched.files,
      secrets: fetched.secrets,
      claims: fetched.claims,
      kernel: version ?? versionOf(own),
    };
  },
});

function versionOf(rpms: readonly PlacedRpm[]): string | undefined {
  const versions = rpms.map(({ rpm }) => /^kernel-core-([0-9].*)\.rpm$/.exec(rpmFileName(rpm))?.[1]);
  return versions.find((found) => found !== undefined);
}

function hasModulesCore({ el, release }: StepContext): boolean {
  // 4.13 was the first release on 9.2.
  if (el === undefined) return isAtLeast(release, '4.13');
  const [major = 0, minor = 0] = el.split('.').map(Number);
  return major > 9 || (major === 9 && minor >= 2);
}

function reportMissing(parts: readonly string[], rpms: readonly PlacedRpm[], context: StepContext): void {
  const given = new Set(rpms.map(({ rpm }) => rpmPackage(rpm)));
  const missing = parts.filter((part) => !given.has(part));
  if (missing.length === 0) return;
  context.report({
    code: 'kernel-incomplete',
    message: `this kernel lacks ${missing.join(', ')}`,
    hint: `A kernel is ${parts.join(', ')}, all of one version.`,
    path: ['rpms'],
  });
}

/** What boots together is of one version, and of the nodes' architecture. */
function reportMixed(parts: readonly string[], set: readonly PlacedRpm[], context: StepContext): void {
  const ofSet = set.flatMap(({ rpm, path }) => {
    const { name, version, arch } = rpmNevra(rpm) ?? {};
    return name !== undefined && parts.includes(name) ? [{ version, arch, path }] : [];
  });
  const { architecture } = context;
  const foreign = ofSet.find(({ arch }) => arch !== rpmArchitecture(architecture));
  if (foreign !== undefined) {
    context.report({
      code: 'kernel-not-amd64',
      message: `this kernel is for ${foreign.arch}, and the image for ${architecture}`,
      hint: `Take the RPMs that end in .${rpmArchitecture(architecture)}.rpm.`,
      path: foreign.path,
    });
  }
  const other = ofSet.find(({ version }) => version !== ofSet[0]!.version);
  if (other === undefined) return;
  context.report({
    code: 'kernel-mixed',
    message: `this kernel is of several versions: ${[...new Set(ofSet.map(({ version }) => version))].join(', ')}`,
    hint: `A kernel is ${parts.join(', ')}, all of one version.`,
    path: other.path,
  });
}
