import type { Argv } from 'yargs';
import { check } from '../../actions/synth.ts';
import { exitCodeOf } from '../../diagnostics.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { countBySeverity } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs;
}

export function run(argv: GlobalOptions): void {
  const root = rootOf(argv);
  const diagnostics = check({ root });
  if (isJson(argv))
    process.stdout.write(printJsonLine({ diagnostics: diagnosticsAsData(diagnostics, root) }));
  else {
    reportFindings(diagnostics, root, true);
    process.stderr.write(`${countBySeverity(diagnostics) || 'nothing to report'}\n`);
  }
  process.exitCode = exitCodeOf(diagnostics);
}
