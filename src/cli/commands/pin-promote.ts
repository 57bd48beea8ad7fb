import type { Argv } from 'yargs';
import { promote } from '../../actions/promote.ts';
import { failure, LayersError } from '../../diagnostics.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import {
  type DeliveryArguments,
  deliveredAsData,
  deliveryOf,
  deliveryOptions,
  describeDelivered,
  writeRequest,
} from '../delivery.ts';
import { interruptible } from '../interrupt.ts';
import { printJsonLine } from '../report/json.ts';
import { resultTable } from '../report/pools.ts';
import { progressReport } from '../report/progress.ts';

export function options(yargs: Argv) {
  yargs
    .positional('from', {
      type: 'string',
      demandOption: true,
      describe: 'The pool that others follow; or a cluster, for each of its pools',
    })
    .positional('to', {
      type: 'string',
      array: true,
      describe: 'The pools that follow it; or clusters, for their pools that do',
    })
    .option('followers', {
      type: 'boolean',
      default: false,
      describe: 'Instead of naming them: all pools that follow',
    });
  return deliveryOptions(yargs).option('authfile', {
    type: 'string',
    describe: "Credentials, in the form of docker's config.json",
  });
}

interface PromoteArguments extends GlobalOptions, DeliveryArguments {
  readonly from?: string | undefined;
  readonly to?: string[] | undefined;
  readonly followers?: boolean;
  readonly authfile?: string | undefined;
}

export async function run(argv: PromoteArguments): Promise<void> {
  const { from = '', to = [], followers = false } = argv;
  if (followers === to.length > 0) {
    throw failure('input', 'promote-to', `it is not said which pools are to have the image of ${from}`, {
      hint: 'Name them, or their clusters; or write --followers for all that follow, and then no names.',
    });
  }
  const delivery = deliveryOf(argv);
  const json = isJson(argv);
  const report = progressReport();
  const result = await interruptible((signal) => {
    signal.addEventListener('abort', report.leave);
    return promote({
      root: rootOf(argv),
      from,
      to: followers ? 'all' : to,
      delivery,
      ...(argv.authfile && { authFile: argv.authfile }),
      signal,
      onEvent: (event) => (json ? process.stdout.write(printJsonLine(event)) : report.event(event)),
    }).finally(report.end);
  });
  const { delivered, held, ...rest } = result;
  await writeRequest(delivered, { root: rootOf(argv), authfile: argv.authfile });
  if (json) process.stdout.write(printJsonLine({ type: 'result', ...rest, ...deliveredAsData(delivered) }));
  else {
    process.stdout.write(resultTable(result.pools));
    process.stderr.write(describeDelivered(delivered, delivery.commit));
  }
  const findings = [...held, ...delivered.findings];
  if (findings.length > 0) throw new LayersError(findings);
}
