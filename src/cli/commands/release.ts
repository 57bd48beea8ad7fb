import type { Argv } from 'yargs';
import { addRelease } from '../../actions/release-add.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';

export function options(yargs: Argv) {
  return yargs
    .positional('release', { type: 'string', demandOption: true, describe: 'The z-stream, 4.19.3' })
    .option('from', {
      type: 'string',
      demandOption: true,
      describe: "What `oc adm release info --pullspecs <version>` printed, or a payload's image-references",
    });
}

export async function run(
  argv: GlobalOptions & { release?: string | undefined; from?: string | undefined },
): Promise<void> {
  const result = await addRelease({ root: rootOf(argv), version: argv.release!, from: argv.from! });
  if (isJson(argv)) process.stdout.write(printJsonLine(result));
  else if (result.added) process.stdout.write(`added ${result.release.name} to ${result.file}\n`);
  else process.stderr.write(`${result.release.name} is in ${result.file} already\n`);
}
