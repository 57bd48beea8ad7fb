import { relative, resolve } from 'node:path';
import type { Argv } from 'yargs';
import { init } from '../../actions/init.ts';
import { sh } from '../../containerfile/quote.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs.positional('dir', {
    type: 'string',
    describe: 'The folder to make; the working directory where none is named',
  });
}

export function run(argv: GlobalOptions & { dir?: string | undefined }): void {
  const { directory, files } = init({ directory: resolve(rootOf(argv), argv.dir ?? '.') });
  if (isJson(argv)) process.stdout.write(printJsonLine({ directory, files }));
  else {
    for (const file of files) process.stdout.write(`${file}\n`);
    const below = relative('.', directory);
    const folder = below.startsWith('..') ? directory : below;
    const enter = folder === '' ? '' : `cd ${sh(folder)} && `;
    process.stderr.write(`Next: ${enter}npm install && npx layers synth\n`);
  }
}
