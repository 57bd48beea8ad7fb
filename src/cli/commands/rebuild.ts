import type { Argv } from 'yargs';
import { rebuild } from '../../actions/rebuild.ts';
import { sh } from '../../containerfile/quote.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('pool', {
      type: 'string',
      demandOption: true,
      describe: 'The pool: of target machineOSConfig',
    })
    .option('apply', {
      type: 'boolean',
      default: false,
      describe: "Annotate the MachineOSConfig, by the system's oc or kubectl, instead of printing how",
    })
    .option('context', {
      type: 'string',
      describe: "The cluster's context; --apply needs it where there are several clusters",
    })
    .option('kubeconfig', { type: 'string', describe: 'The kubeconfig' });
}

interface RebuildArguments extends GlobalOptions {
  readonly pool?: string | undefined;
  readonly apply?: boolean;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export async function run(argv: RebuildArguments): Promise<void> {
  const { apply = false, context, kubeconfig } = argv;
  const result = await rebuild({ root: rootOf(argv), pool: argv.pool!, apply, context, kubeconfig });
  if (isJson(argv)) {
    process.stdout.write(printJsonLine(result));
    return;
  }
  process.stdout.write(`${result.command.map(sh).join(' ')}\n`);
  process.stderr.write(
    result.applied
      ? `done: the cluster deletes its build of ${result.pool}, and builds it again\n`
      : `nothing was done: run this against the cluster of ${result.pool}, or add --apply\n`,
  );
}
