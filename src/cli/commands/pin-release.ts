import type { Argv } from 'yargs';
import { releasePin } from '../../actions/pin-hold.ts';
import { type PinArguments, runEdit, withCommit } from '../pin-options.ts';

export function options(yargs: Argv) {
  return withCommit(
    yargs.positional('pool', {
      type: 'string',
      demandOption: true,
      describe: 'The pool; or a cluster, for each of its pools',
    }),
  );
}

export async function run(argv: PinArguments): Promise<void> {
  await runEdit(argv, releasePin);
}
