import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { type ImportResult, importFiles } from '../../actions/import.ts';
import { failure } from '../../diagnostics.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';
import { harmless } from '../report/terminal.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('file', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'Containerfiles, or the YAML of a MachineOSConfig or MachineConfig',
    })
    .option('name', { type: 'string', describe: "The layer's name; that of the file or its folder" })
    .option('pool', { describe: "The pool's name, or --no-pool for the layer alone" })
    .option('release', { type: 'string', describe: 'The OpenShift release, 4.19.3' })
    .option('base', { type: 'string', describe: "The OS image by digest, instead of the Containerfile's" })
    .option('image', { type: 'string', describe: 'The repository that the image is pushed to' })
    .option('push-spec', { type: 'string', describe: 'For a build on the cluster: renderedImagePushSpec' })
    .option('push-secret', {
      type: 'string',
      describe: 'For a build on the cluster: the Secret to push with',
    })
    .option('context', { type: 'string', describe: "The folder COPY takes files from; the Containerfile's" })
    .option('build-arg', { type: 'string', describe: 'NAME=value of an ARG; may be given several times' })
    .option('fetch', {
      type: 'boolean',
      default: false,
      describe: 'Fetch downloads that have no sum, and take it from what is there now',
    })
    .option('force', { type: 'boolean', default: false, describe: 'Write over files that are there' })
    .option('dry-run', {
      type: 'boolean',
      default: false,
      describe: 'Print the documents, and write nothing',
    });
}

interface ImportArguments extends GlobalOptions {
  readonly file?: string[] | undefined;
  readonly name?: string | undefined;
  readonly pool?: unknown;
  readonly release?: string | undefined;
  readonly base?: string | undefined;
  readonly image?: string | undefined;
  readonly pushSpec?: string | undefined;
  readonly pushSecret?: string | undefined;
  readonly context?: string | undefined;
  readonly buildArg?: string | string[] | undefined;
  readonly fetch?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

export function run(argv: ImportArguments): void {
  const root = rootOf(argv);
  const { name, release, base, image, pushSpec, pushSecret, context } = argv;
  const result = importFiles({
    root,
    files: (argv.file ?? []).map((file) => resolve(file)),
    ...(name !== undefined && { name }),
    ...(typeof argv.pool === 'string' && { pool: argv.pool }),
    withPool: argv.pool !== false,
    ...(release !== undefined && { release }),
    ...(base !== undefined && { base }),
    ...(image !== undefined && { image }),
    ...(pushSpec !== undefined && { pushSpec }),
    ...(pushSecret !== undefined && { pushSecret }),
    ...(context !== undefined && { context: resolve(context) }),
    buildArgs: buildArgsOf(argv.buildArg),
    fetch: argv.fetch ?? false,
    force: argv.force ?? false,
    dryRun: argv.dryRun ?? false,
  });
  if (isJson(argv)) {
    const { diagnostics, ...rest } = result;
    process.stdout.write(
      printJsonLine({ ...rest, diagnostics: diagnosticsAsData(diagnostics, readerOf(root)) }),
    );
    return;
  }
  reportFindings(result.diagnostics, root, true);
  process.stdout.write(argv.dryRun ? textsOf(result) : result.files.map(({ path }) => `${path}\n`).join(''));
  process.stderr.write(summary(result));
}

function buildArgsOf(given: string | string[] | undefined): Map<string, string> {
  return new Map(
    [given ?? []].flat().map((text) => {
      const equals = text.indexOf('=');
      if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
      throw failure('input', 'usage', `--build-arg ${text} gives no value`, {
        hint: 'Write --build-arg NAME=value.',
      });
    }),
  );
}

function textsOf({ files }: ImportResult): string {
  return files.flatMap(({ text }) => text ?? []).join('---\n');
}

/** How much became steps, and what did not. */
function summary({ reports }: ImportResult): string {
  return reports
    .map(({ file, instructions, inSteps, leftOut, leftToRun, left }) => {
      const total = inSteps + leftOut + leftToRun;
      const counts = [
        `${inSteps} in steps`,
        ...(leftOut > 0 ? [`${leftOut} left out, as the build does them anyway`] : []),
        `${leftToRun} left to run`,
      ];
      const lines = left.map(
        ({ lines, code, why }) => `  ${harmless(`${file}:${lines} ${why}: ${shortened(code)}`)}\n`,
      );
      return `${harmless(file)}: ${number(instructions, 'instruction')}, ${number(total, 'command')}: ${counts.join(', ')}\n${lines.join('')}`;
    })
    .join('');
}

function number(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function shortened(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
