import type { ContextFile } from '../containerfile/context-file.ts';
import type { Command, Mount } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { type Rpm, rpmFileName, rpmPackage } from '../values/rpm.ts';
import type { Claim, StepContext } from './step.ts';

/** RPMs as files in the build, checked, for a step to install. */
export interface FetchedRpms {
  /** Downloads those with a URL into a working directory of their own, then checks every sum that was given. */
  readonly fetch: readonly Command[];
  /** Whether there are any in the working directory: `./*.rpm` is all of them. */
  readonly downloads: boolean;
  /** Those of the context, which the mounts put there. */
  readonly mounted: readonly string[];
  readonly mounts: readonly Mount[];
  readonly files: readonly ContextFile[];
  readonly claims: readonly Claim[];
  readonly remove: readonly Command[];
}

/** The fetched RPMs as arguments in a template, with the blank before each. */
export const RPM_ARGUMENTS = '{{#if downloads}} ./*.rpm{{/if}}{{#if mounted}} {{words mounted}}{{/if}}';
export const RPM_SKELETON = { downloads: false, mounted: [''] };

const DOWNLOADED = '/tmp/rpms';
const MOUNTED = '/tmp/mounted';

const fetch = shellTemplate(
  `
    {{#if urls}}mkdir {{sh directory}}{{/if}}
    {{#if urls}}cd {{sh directory}}{{/if}}
    {{#each urls}}
      curl -fsSL --retry 3 {{#if rename}}-o {{sh rename}} {{else}}-O {{/if}}{{sh url}}
    {{/each}}
    {{#each sums}}
      echo {{sh line}} | sha256sum -c -
    {{/each}}`,
  { directory: '', urls: [{ rename: '', url: '' }], sums: [{ line: '' }] },
);

const remove = shellTemplate(
  `
    cd /
    rm -r {{sh directory}}`,
  { directory: '' },
);

/** `at` gives the path of an RPM within the step's props. */
export function fetchRpms(
  rpms: readonly Rpm[],
  context: StepContext,
  at: (index: number) => readonly (string | number)[],
): FetchedRpms {
  const names = new Set<string>();
  const mounts: Mount[] = [];
  const files: ContextFile[] = [];
  const urls: { rename: string; url: string }[] = [];
  const sums: { line: string }[] = [];
  for (const [index, rpm] of rpms.entries()) {
    const path = at(index);
    const name = rpmFileName(rpm);
    if (names.has(name)) {
      context.report({ code: 'rpm-twice', message: `${name} is in this list twice`, path });
    }
    names.add(name);
    if (rpm.url !== undefined) {
      // curl -O takes the name as the URL spells it, which need not be the file's.
      urls.push({ rename: rpm.url.endsWith(`/${name}`) ? '' : name, url: rpm.url });
      if (rpm.sha256 !== undefined) sums.push({ line: `${rpm.sha256}  ${name}` });
      continue;
    }
    const target = `${MOUNTED}/${name}`;
    const file = contextRpm(rpm, context, path);
    if (file === undefined) continue;
    files.push({ name: file.name, sha256: file.sha256, source: file.source });
    mounts.push({ source: file.name, target });
    if (rpm.sha256 !== undefined) sums.push({ line: `${rpm.sha256}  ${target}` });
  }
  return {
    fetch: fetch({ directory: DOWNLOADED, urls, sums }),
    downloads: urls.length > 0,
    mounted: mounts.map(({ target }) => target),
    mounts,
    files,
    claims: rpms.flatMap((rpm, index): Claim[] => {
      const name = rpmPackage(rpm);
      return name === undefined ? [] : [{ verb: 'brings', name, at: at(index) }];
    }),
    remove: urls.length > 0 ? remove({ directory: DOWNLOADED }) : [],
  };
}

function contextRpm(rpm: Rpm, context: StepContext, path: readonly (string | number)[]) {
  if (!context.hasContext) {
    context.report({
      code: 'no-build-context',
      message: 'a build on the cluster cannot read files of this repository',
      hint: 'A MachineOSConfig has no build context: serve the RPM at a URL, or use the target machineConfig.',
      path: [...path, 'file'],
    });
    return undefined;
  }
  const file = context.source(rpm.file!, [...path, 'file']);
  if (file !== undefined && rpm.sha256 !== undefined && rpm.sha256 !== file.sha256) {
    context.report({
      code: 'sha256-mismatch',
      message: `the sum of ${rpm.file} is ${file.sha256}, not the one given`,
      hint: 'Somebody changed the file or the sum: find out which is meant.',
      path: [...path, 'sha256'],
    });
  }
  return file;
}
