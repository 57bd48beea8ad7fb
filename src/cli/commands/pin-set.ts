import type { Argv } from 'yargs';
import { pinFrom } from '../../actions/pin-from.ts';
import { setPin } from '../../actions/pin-set.ts';
import { failure } from '../../diagnostics.ts';
import { deliveryOptions } from '../delivery.ts';
import { onePool, type PinArguments, runAnyEdit, runEdit, withAuthfile } from '../pin-options.ts';

export function options(yargs: Argv) {
  return withAuthfile(
    deliveryOptions(
      yargs
        .positional('pool', {
          type: 'string',
          describe: 'The pool; with --from, where not given, the one that the saved objects name',
        })
        .positional('image', {
          type: 'string',
          describe: "A digest in the pool's repository, or an image by its digest; not with --from",
        })
        .option('copy', {
          type: 'boolean',
          default: false,
          describe: "Copy an image of another repository into the pool's",
        })
        .option('from', {
          type: 'string',
          describe:
            "Take a copy of what a cluster's operator built, by its saved MachineOSConfig or MachineOSBuild: a file, a folder or a must-gather",
        }),
    ),
  );
}

interface SetArguments extends PinArguments {
  readonly image?: string | undefined;
  readonly copy?: boolean;
  readonly from?: string | undefined;
}

export async function run(argv: SetArguments): Promise<void> {
  const { image, copy = false, from } = argv;
  if (from === undefined) {
    if (argv.pool === undefined || image === undefined) throw notSaid();
    await runEdit(argv, (options) => setPin({ ...options, image, copy }));
  } else {
    if (image !== undefined) throw twice(image);
    const pool = argv.pool === undefined ? undefined : onePool(argv.pool);
    await runAnyEdit(argv, (options) => pinFrom({ ...options, pool, from }));
  }
}

function notSaid() {
  return failure('input', 'usage', 'it is not said which pool is to be pinned to which image', {
    hint: '`layers pin set <pool> <image>`, or `layers pin set [pool] --from <file or folder>` for what an operator built.',
  });
}

function twice(image: string) {
  return failure('input', 'usage', `--from says which image it is, and so does ${image}`, {
    hint: 'Leave one of them out.',
  });
}
