import type { Argv } from 'yargs';
import { init } from '../../actions/init.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs.positional('dir', {
    type: 'string',
    describe: 'The folder to make; the working directory where none is named',
  });
}

export function run(argv: GlobalOptions & { dir?: string | undefined }): void {
  const { directory, files } = init({ directory: argv.dir ?? rootOf(argv) });
  if (isJson(argv)) process.stdout.write(printJsonLine({ directory, files }));
  else {
    for (const file of files) process.stdout.write(`${file}\n`);
    const enter = argv.dir === undefined ? '' : `cd ${argv.dir} && `;
    process.stderr.write(`Next: ${enter}npm install && npx layers synth\n`);
  }
}
