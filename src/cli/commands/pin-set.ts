import type { Argv } from 'yargs';
import { setPin } from '../../actions/pin-set.ts';
import { deliveryOptions } from '../delivery.ts';
import { type PinArguments, runEdit, withAuthfile } from '../pin-options.ts';

export function options(yargs: Argv) {
  return withAuthfile(
    deliveryOptions(
      yargs
        .positional('pool', { type: 'string', demandOption: true, describe: 'The pool' })
        .positional('image', {
          type: 'string',
          demandOption: true,
          describe: "A digest in the pool's repository, or an image by its digest",
        })
        .option('copy', {
          type: 'boolean',
          default: false,
          describe: "Copy an image of another repository into the pool's",
        }),
    ),
  );
}

interface SetArguments extends PinArguments {
  readonly image?: string | undefined;
  readonly copy?: boolean;
}

export async function run(argv: SetArguments): Promise<void> {
  const { image = '', copy = false } = argv;
  await runEdit(argv, (options) => setPin({ ...options, image, copy }));
}
