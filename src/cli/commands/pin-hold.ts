import type { Argv } from 'yargs';
import { holdPin } from '../../actions/pin-hold.ts';
import { deliveryOptions } from '../delivery.ts';
import { type PinArguments, runEdit } from '../pin-options.ts';

export function options(yargs: Argv) {
  return deliveryOptions(
    yargs
      .positional('pool', {
        type: 'string',
        demandOption: true,
        describe: 'The pool; or a cluster, for each of its pools',
      })
      .option('reason', { type: 'string', demandOption: true, describe: 'Why, on one line' })
      .option('until', { type: 'string', describe: 'The last day that it is meant for: 2026-01-31' }),
  );
}

export async function run(argv: PinArguments): Promise<void> {
  const { reason = '', until } = argv;
  await runEdit(argv, (options) => holdPin({ ...options, hold: { reason, until } }));
}
