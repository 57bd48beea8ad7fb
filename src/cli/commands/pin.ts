import type { Argv } from 'yargs';
import type { GlobalOptions } from '../context.ts';
import * as hold from './pin-hold.ts';
import * as list from './pin-list.ts';
import * as promote from './pin-promote.ts';
import * as release from './pin-release.ts';
import * as repair from './pin-repair.ts';
import * as rollback from './pin-rollback.ts';
import * as set from './pin-set.ts';

export function options(yargs: Argv) {
  return yargs
    .command('list', 'List what every pool is pinned to', list.options, (argv) =>
      list.run(argv as GlobalOptions),
    )
    .command(
      'promote <from> [to..]',
      'Give pools that follow another one the image it is pinned to',
      promote.options,
      promote.run,
    )
    .command('hold <pool>', 'Keep a pin as it is, whatever is built or promoted', hold.options, hold.run)
    .command('release <pool>', 'End a hold', release.options, release.run)
    .command('rollback <pool>', 'Give a pool the image before back', rollback.options, rollback.run)
    .command('set [pool] [image]', 'Pin a pool to an image that is there', set.options, set.run)
    .command('repair', 'Put right what a merge or a hand has broken in the lock', repair.options, repair.run)
    .demandCommand(1, 'Which of list, promote, hold, release, rollback, set and repair?');
}

/** Never called: the commands above are. */
export function run(): void {}
