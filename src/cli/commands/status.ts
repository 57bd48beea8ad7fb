import type { Argv } from 'yargs';
import { status } from '../../actions/status.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { paintFor } from '../report/colors.ts';
import { printJsonLine } from '../report/json.ts';
import { statusReport } from '../report/status.ts';

export function options(yargs: Argv) {
  return yargs;
}

export async function run(argv: GlobalOptions): Promise<void> {
  const pools = await status({ root: rootOf(argv) });
  const { stdout } = process;
  if (isJson(argv)) stdout.write(printJsonLine({ pools }));
  else stdout.write(statusReport(pools, stdout.isTTY ? stdout.columns : undefined, paintFor(stdout)));
}
