import type { Argv } from 'yargs';
import { addRelease } from '../../actions/release-add.ts';
import { ARCHITECTURES, type Architecture } from '../../values/architecture.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';
import { waitingReport } from '../report/waiting.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('release', { type: 'string', demandOption: true, describe: 'The z-stream, 4.19.3' })
    .option('architecture', {
      choices: ARCHITECTURES,
      default: 'amd64' as const,
      describe: 'What to add it for; a document that there is gets it beside what it has',
    })
    .option('payload', {
      type: 'string',
      describe: "The release's payload, at a mirror: by tag, digest, or its repository",
      defaultDescription: 'quay.io/openshift-release-dev/ocp-release:<release>-x86_64, or -aarch64',
    })
    .option('authfile', { type: 'string', describe: "Credentials, in the form of docker's config.json" })
    .option('from', {
      type: 'string',
      describe:
        "Ask no registry, but a file: what `oc adm release info --pullspecs <release>` printed, or a payload's image-references",
    })
    .conflicts('from', ['payload', 'authfile']);
}

interface ReleaseArguments extends GlobalOptions {
  readonly release?: string | undefined;
  readonly architecture?: Architecture | undefined;
  readonly payload?: string | undefined;
  readonly authfile?: string | undefined;
  readonly from?: string | undefined;
}

export async function run(argv: ReleaseArguments): Promise<void> {
  const root = rootOf(argv);
  const { release, architecture = 'amd64', payload, authfile, from } = argv;
  const waiting = waitingReport();
  const onRead = isJson(argv) ? undefined : (image: string) => waiting.on(`reading ${image}`);
  const result = await addRelease({
    ...{ root, version: release!, architecture, payload, authfile, from, onRead },
  }).finally(waiting.end);
  if (isJson(argv)) {
    process.stdout.write(
      printJsonLine({ ...result, notes: diagnosticsAsData(result.notes, readerOf(root)) }),
    );
    return;
  }
  reportFindings(result.notes, root);
  if (result.payload !== undefined) process.stderr.write(`read ${result.payload}\n`);
  if (result.added) process.stdout.write(`added ${result.release.name} to ${result.file}\n`);
  else process.stderr.write(`${result.release.name} is in ${result.file} already\n`);
}
