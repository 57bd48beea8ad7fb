import type { Argv } from 'yargs';
import { installManifests } from '../../actions/install-manifests.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('pool', {
      type: 'string',
      demandOption: true,
      describe: 'The pool: of target machineOSConfig',
    })
    .option('image', {
      type: 'string',
      demandOption: true,
      describe: 'What its nodes are installed with: an image by digest',
    })
    .option('to', {
      type: 'string',
      demandOption: true,
      describe: "A folder for the manifests: the installer's manifests/",
    });
}

interface InstallManifestsArguments extends GlobalOptions {
  readonly pool?: string | undefined;
  readonly image?: string | undefined;
  readonly to?: string | undefined;
}

export async function run(argv: InstallManifestsArguments): Promise<void> {
  const root = rootOf(argv);
  const { pool, files, diagnostics } = await installManifests({
    root,
    pool: argv.pool!,
    image: argv.image!,
    to: argv.to!,
  });
  if (isJson(argv)) {
    process.stdout.write(
      printJsonLine({ pool, files, diagnostics: diagnosticsAsData(diagnostics, readerOf(root)) }),
    );
    return;
  }
  reportFindings(diagnostics, root);
  for (const file of files) process.stdout.write(`${file}\n`);
}
