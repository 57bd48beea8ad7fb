import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { diagnose } from '../../actions/diagnose.ts';
import { exitCodeOf } from '../../diagnostics.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printDiagnosis } from '../report/diagnosis.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('dir', {
      type: 'string',
      demandOption: true,
      describe: 'A must-gather, or a folder of what `oc get -o yaml` and `oc logs` printed',
    })
    .option('pool', { type: 'string', describe: 'Only this pool' });
}

interface DiagnoseArguments extends GlobalOptions {
  readonly dir?: string | undefined;
  readonly pool?: string | undefined;
}

export function run(argv: DiagnoseArguments): void {
  const root = rootOf(argv);
  const { pool } = argv;
  const { pools, diagnostics } = diagnose({
    ...{ root, folder: resolve(argv.dir!) },
    ...(pool !== undefined && { pool }),
  });
  const findings = pools.flatMap(({ finding }) => finding ?? []);
  process.exitCode = pools.some(({ verdict }) => verdict === 'broken') ? 1 : exitCodeOf(findings);
  if (isJson(argv)) {
    const read = readerOf(root);
    const data = pools.map(({ finding, ...pool }) => ({
      ...pool,
      ...(finding && { finding: diagnosticsAsData([finding], read)[0] }),
    }));
    process.stdout.write(printJsonLine({ pools: data, diagnostics: diagnosticsAsData(diagnostics, read) }));
    return;
  }
  reportFindings(diagnostics, root);
  process.stdout.write(pools.map((each) => printDiagnosis(each, root, process.stdout)).join('\n'));
}
