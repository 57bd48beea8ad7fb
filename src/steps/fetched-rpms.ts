import type { ContextFile } from '../containerfile/context-file.ts';
import type { Command, Mount } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import { secretFiles, secretOf } from '../values/build-secret.ts';
import { type Rpm, rpmFileName, rpmPackage } from '../values/rpm.ts';
import type { PlacedRpm } from './own-rpms.ts';
import type { Claim, StepContext, WantedSecret } from './step.ts';

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
  readonly secrets: readonly WantedSecret[];
  readonly remove: readonly Command[];
}

/** The fetched RPMs as arguments in a template, with the blank before each. */
export const RPM_ARGUMENTS = '{{#if downloads}} ./*.rpm{{/if}}{{#if mounted}} {{words mounted}}{{/if}}';
export const RPM_SKELETON = { downloads: false, mounted: [''] };

const DOWNLOADED = '/tmp/rpms';
const MOUNTED = '/tmp/mounted';

// A password goes to curl by a pipe: on a command line, every user of the machine would see it.
const fetch = shellTemplate(
  String.raw`
    {{#if urls}}mkdir {{sh directory}}{{/if}}
    {{#if urls}}cd {{sh directory}}{{/if}}
    {{#each urls}}
      {{#if login}}sed 's/[\"]/\\&/g' {{words login}} | paste -sd : | sed 's/.*/user = "&"/' | {{/if}}curl -fsSL --retry 3 {{#if login}}--proto-redir =https -K - {{/if}}{{#if certificate}}--cert {{sh certificate}} --key {{sh key}} {{/if}}{{#if rename}}-o {{sh rename}} {{else}}-O {{/if}}{{sh url}}
    {{/each}}
    {{#each sums}}
      echo {{sh line}} | sha256sum -c -
    {{/each}}`,
  {
    directory: '',
    urls: [{ rename: '', url: '', login: [''], certificate: '', key: '' }],
    sums: [{ line: '' }],
  },
);

const remove = shellTemplate(
  `
    cd /
    rm -r {{sh directory}}`,
  { directory: '' },
);

export function fetchRpms(rpms: readonly PlacedRpm[], context: StepContext): FetchedRpms {
  const names = new Set<string>();
  const mounts: Mount[] = [];
  const files: ContextFile[] = [];
  const urls: Parameters<typeof fetch>[0]['urls'][number][] = [];
  const secrets: WantedSecret[] = [];
  const sums: { line: string }[] = [];
  for (const { rpm, path } of rpms) {
    const name = rpmFileName(rpm);
    if (names.has(name)) {
      context.report({ code: 'rpm-twice', message: `${name} is in this list twice`, path });
    }
    names.add(name);
    if (rpm.url !== undefined) {
      // curl -O takes the name as the URL spells it, which need not be the file's.
      urls.push({
        rename: rpm.url.endsWith(`/${name}`) ? '' : name,
        url: rpm.url,
        ...authorization(rpm.auth),
      });
      if (rpm.auth !== undefined && !context.hasContext) reportNoSecrets(path, context);
      else if (rpm.auth !== undefined) secrets.push({ ...secretOf(rpm.auth), at: [...path, 'auth'] });
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
    claims: rpms.flatMap(({ rpm, path }): Claim[] => {
      const name = rpmPackage(rpm);
      return name === undefined ? [] : [{ verb: 'brings', name, at: path }];
    }),
    secrets,
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

function reportNoSecrets(path: readonly (string | number)[], context: StepContext): void {
  context.report({
    code: 'no-build-secrets',
    message: 'a build on the cluster has no secrets of its own',
    hint: 'Take the RPM from a repository that the ConfigMap etc-yum-repos-d has (repository with auth, and packages), or use the target machineConfig.',
    path: [...path, 'auth'],
  });
}

/** The files that curl reads for a download: of a Secret, they are called as its keys are. */
function authorization(auth: Rpm['auth']) {
  const nothing = { login: [], certificate: '', key: '' };
  if (auth === undefined) return nothing;
  const secret = secretOf(auth);
  const [first = '', second = ''] = secretFiles(secret);
  return secret.type === 'tls'
    ? { ...nothing, certificate: first, key: second }
    : { ...nothing, login: [first, second] };
}
