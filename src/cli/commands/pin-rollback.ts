import type { Argv } from 'yargs';
import { rollback } from '../../actions/pin-rollback.ts';
import { failure } from '../../diagnostics.ts';
import { deliveryOptions } from '../delivery.ts';
import { type PinArguments, runEdit, withAuthfile } from '../pin-options.ts';

export function options(yargs: Argv) {
  return withAuthfile(
    deliveryOptions(
      yargs
        .positional('pool', { type: 'string', demandOption: true, describe: 'The pool' })
        .option('to', {
          type: 'string',
          describe: "A commit, a digest or a build's hash; the image before this one",
        })
        .option('hold', { type: 'boolean', default: false, describe: 'Hold it there (with --reason)' })
        .option('reason', { type: 'string', describe: 'Why it is held, on one line' })
        .option('until', { type: 'string', describe: 'The last day that the hold is meant for: 2026-01-31' }),
    ),
  );
}

interface RollbackArguments extends PinArguments {
  readonly to?: string | undefined;
  readonly hold?: boolean;
}

export async function run(argv: RollbackArguments): Promise<void> {
  const { to, hold = false, reason, until } = argv;
  if (hold !== (reason !== undefined) || (until !== undefined && !hold)) {
    throw failure('input', 'hold-form', '--hold and --reason go together, and --until with them', {
      hint: '--hold --reason "OPS-17, panics with the new kernel" keeps the pool there.',
    });
  }
  await runEdit(argv, (options) =>
    rollback({ ...options, to, ...(reason !== undefined && { hold: { reason, until } }) }),
  );
}
