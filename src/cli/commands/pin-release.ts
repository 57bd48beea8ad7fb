import type { Argv } from 'yargs';
import { releasePin } from '../../actions/pin-hold.ts';
import { deliveryOptions } from '../delivery.ts';
import { type PinArguments, runEdit } from '../pin-options.ts';

export function options(yargs: Argv) {
  return deliveryOptions(
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
