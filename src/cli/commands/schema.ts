import { join } from 'node:path';
import type { Argv } from 'yargs';
import { documentSchema } from '../../spec/json-schema.ts';
import { packageRoot } from '../../synth/package-root.ts';
import { type GlobalOptions, isJson } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs.option('path', {
    type: 'boolean',
    default: false,
    describe: 'Print where this package has it as a file, which is of its version at any time',
  });
}

export function run(argv: GlobalOptions & { path?: boolean }): void {
  if (!argv.path) {
    process.stdout.write(printJsonLine(documentSchema()));
    return;
  }
  const path = join(packageRoot(), 'lib', 'schema.json');
  process.stdout.write(isJson(argv) ? printJsonLine({ path }) : `${path}\n`);
}
