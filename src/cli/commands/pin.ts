import type { Argv } from 'yargs';
import type { GlobalOptions } from '../context.ts';
import * as list from './pin-list.ts';
import * as promote from './pin-promote.ts';

export function options(yargs: Argv) {
  return yargs
    .command(
      'promote <from> [to..]',
      'Give pools that follow another one the image it is pinned to',
      promote.options,
      promote.run,
    )
    .command('list', 'List what every pool is pinned to', list.options, (argv) =>
      list.run(argv as GlobalOptions),
    )
    .demandCommand(1, 'Which of promote and list?');
}

/** Never called: the commands above are. */
export function run(): void {}
