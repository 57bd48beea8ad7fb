import type { Argv } from 'yargs';
import { listPins } from '../../actions/pin-list.ts';
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
    const rows = pools.map(({ pool, state, image, digest, follows }) => [
      pool,
      state,
      ...(anyFollows ? [follows === undefined ? '' : `follows ${follows}`] : []),
      digest === undefined ? '' : `${image}@${digest}`,
    ]);
    process.stdout.write(columns(rows));
  }
}
