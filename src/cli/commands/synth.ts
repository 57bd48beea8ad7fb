import type { Argv } from 'yargs';
import { synth } from '../../actions/synth.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { readerOf } from '../report/diagnostics.ts';
import { reportFindings } from '../report/findings.ts';
import { diagnosticsAsData, printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs.option('strict', {
    type: 'boolean',
    default: false,
    describe: 'Make errors of pins that are behind or missing',
  });
}

export function run(argv: GlobalOptions & { strict?: boolean }): void {
  const root = rootOf(argv);
  const { changes, diagnostics } = synth({ root, strict: argv.strict ?? false });
  if (isJson(argv)) {
    process.stdout.write(
      printJsonLine({ changes, diagnostics: diagnosticsAsData(diagnostics, readerOf(root)) }),
    );
    return;
  }
  reportFindings(diagnostics, root);
  for (const { path, change } of changes) process.stdout.write(`${change} dist/${path}\n`);
  if (changes.length === 0) process.stderr.write('dist/ is up to date\n');
}
