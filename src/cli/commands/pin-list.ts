import type { Argv } from 'yargs';
import { listPins } from '../../actions/pin-list.ts';
import { describeHold } from '../../spec/lock.ts';
import { type GlobalOptions, isJson, rootOf } from '../context.ts';
import { printJsonLine } from '../report/json.ts';
import { columns } from '../report/pools.ts';

export function options(yargs: Argv) {
  return yargs;
}

export async function run(argv: GlobalOptions): Promise<void> {
  const pools = await listPins({ root: rootOf(argv) });
  if (isJson(argv)) process.stdout.write(printJsonLine({ pools }));
  else {
    const anyFollows = pools.some(({ follows }) => follows !== undefined);
    const anyForeign = pools.some(({ origin }) => origin === 'operator');
    const rows = pools.map(({ pool, state, image, digest, follows, hold, origin }) => [
      pool,
      state,
      ...(anyFollows ? [follows === undefined ? '' : `follows ${follows}`] : []),
      digest === undefined ? '' : `${image}@${digest}`,
      ...(anyForeign ? [origin === 'operator' ? "an operator's" : ''] : []),
      hold === undefined ? '' : describeHold(hold),
    ]);
    process.stdout.write(columns(rows));
  }
}
