import yaml from 'js-yaml';
import type { ExplainedJob } from '../../actions/explain-mco-job.ts';
import type { ExplainedMerge } from '../../actions/explain-merge.ts';
import type { NamedBuild, SavedBuild } from '../../actions/explain-mosb.ts';
import type { Decision } from '../../operator/decisions.ts';
import { type GlobalOptions, isJson } from '../context.ts';
import { printJsonLine } from './json.ts';
import { harmless } from './terminal.ts';

/** A finding: what a script that asks would act on. */
const FINDING = 1;

const WHOSE = { dist: 'dist/', saved: 'the cluster' } as const;

const PARTS: Readonly<Record<SavedBuild['differs'][number], string>> = {
  configuration: "the pool's configuration",
  config: "the MachineOSConfig's spec",
  images: 'the images of the release',
};

export function reportBuildName(named: NamedBuild, argv: GlobalOptions): void {
  const isThere = named.builds.length === 0 || named.builds.some(({ isSame }) => isSame);
  if (!isThere) process.exitCode = FINDING;
  if (isJson(argv)) {
    process.stdout.write(printJsonLine(named));
    return;
  }
  print(`${named.name}  OpenShift ${named.release}, by the MachineOSConfig of ${WHOSE[named.from]}`);
  if (named.builds.length === 0) print('no MachineOSBuild of it was saved');
  for (const build of named.builds) print(`  ${build.name}  ${verdict(build, named.configDiffers)}`);
}

function verdict({ isSame, differs, isCertain }: SavedBuild, fields: readonly string[]): string {
  if (isSame) return 'is this build';
  const parts = differs.map((part) =>
    part === 'config' && fields.length > 0 ? `${PARTS[part]} (${fields.join(', ')})` : PARTS[part],
  );
  return isCertain
    ? `is another: by ${parts.join(', ')}`
    : `is another: by at least one of ${parts.join(', ')}`;
}

export function reportMerge(merge: ExplainedMerge, argv: GlobalOptions): void {
  if (isJson(argv)) {
    const { spec, ...rest } = merge;
    process.stdout.write(printJsonLine({ ...rest, spec }));
    return;
  }
  const own = new Set(merge.fromDist);
  const mark = (name: string) => (own.has(name) ? `${name} (dist/)` : name);
  print(`${merge.name ?? `rendered-${merge.pool}-…`}  OpenShift ${merge.release}`);
  if (merge.name === undefined)
    print('  its name is not known: contents in the form of Ignition 2 are not translated here');
  if (merge.saved !== undefined && merge.name !== undefined) {
    print(merge.saved === merge.name ? '  the cluster has it' : `  the cluster has ${merge.saved}`);
  }
  print(`merged in this order: ${merge.order.map(mark).join(', ')}`);
  for (const decision of merge.decisions)
    for (const line of describeDecision(decision, merge, mark)) print(line);
  if (merge.isTag)
    print('the image is named by a tag: nodes take what it is at the time, and the operator warns of it');
}

function describeDecision(
  { field, value, by, lost }: Decision,
  { isDefaultUnknown }: ExplainedMerge,
  mark: (name: string) => string,
): string[] {
  const isImage = field === 'osImageURL' || field === 'baseOSExtensionsContainerImage';
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  const shown =
    text === '' ? (isImage && isDefaultUnknown ? "(the release's, which was not saved)" : '(none)') : text;
  const whose = by.length > 0 ? [`  by ${by.map(mark).join(', ')}`] : isImage ? ['  by the release'] : [];
  return [
    `${field}: ${shown}`,
    ...whose,
    // The operator writes the release's image into what it generates.
    ...lost
      .filter(({ value: other }) => other !== value)
      .map(({ name, value: other, why }) => `  not ${other} of ${mark(name)}${REASONS[why]}`),
  ];
}

const REASONS = {
  earlier: ', which comes before',
  generated: ', which the operator generated',
  default: ', which takes back nothing',
} as const;

export function reportJob(job: ExplainedJob, argv: GlobalOptions): void {
  if (job.refused !== undefined) process.exitCode = FINDING;
  if (isJson(argv)) {
    process.stdout.write(printJsonLine(job));
    return;
  }
  const documents = job.objects.map((object) => yaml.dump(object, { lineWidth: -1, noRefs: true }));
  const head = `# What machine-os-builder of OpenShift ${job.release} makes, by the MachineOSConfig of ${WHOSE[job.from]}.\n# Not to be applied: the operator would take it for its own.\n`;
  process.stdout.write(`${head}${documents.join('---\n')}`);
  for (const what of job.unknown) process.stderr.write(`not saved, and so not known: ${harmless(what)}\n`);
  if (job.refused !== undefined) {
    process.stderr.write(
      `the operator stops here, at its ${STAGES[job.refused.at] ?? job.refused.at}: ${harmless(job.refused.message)}\n`,
    );
  }
}

const STAGES: Readonly<Record<string, string>> = {
  machineosbuild: 'MachineOSBuild',
  configmaps: 'ConfigMaps',
  secrets: 'Secrets',
};

function print(line: string): void {
  process.stdout.write(`${harmless(line)}\n`);
}
