import type { Argv } from 'yargs';
import { type Repair, repairLock } from '../../actions/pin-repair.ts';
import { LayersError } from '../../diagnostics.ts';
import { isJson, rootOf } from '../context.ts';
import { interruptible } from '../interrupt.ts';
import { type PinArguments, withAuthfile, withCommit } from '../pin-options.ts';
import { printJsonLine } from '../report/json.ts';
import { columns } from '../report/pools.ts';
import { progressReport } from '../report/progress.ts';

export function options(yargs: Argv) {
  return withAuthfile(
    withCommit(
      yargs.option('adopt', {
        type: 'boolean',
        default: false,
        describe: "Take images that the registry has under a build's tag, where nothing else is left",
      }),
    ),
  );
}

interface RepairArguments extends PinArguments {
  readonly adopt?: boolean;
}

export async function run(argv: RepairArguments): Promise<void> {
  const json = isJson(argv);
  const report = progressReport();
  const { left, ...result } = await interruptible((signal) =>
    repairLock({
      root: rootOf(argv),
      commit: argv.commit ?? false,
      adopt: argv.adopt ?? false,
      ...(argv.authfile !== undefined && { authFile: argv.authfile }),
      signal,
      onEvent: (event) => (json ? process.stdout.write(printJsonLine(event)) : report.event(event)),
    }).finally(report.end),
  );
  if (json) process.stdout.write(printJsonLine({ type: 'result', ...result }));
  else {
    process.stdout.write(columns(result.repairs.map(rowOf)));
    if (result.repairs.length === 0 && left.length === 0)
      process.stderr.write('the lock is as it should be\n');
    if (result.commit !== undefined) process.stderr.write(`committed ${result.commit.slice(0, 12)}\n`);
  }
  if (left.length > 0) throw new LayersError(left);
}

const WORDS: Readonly<Record<Repair['from'], string>> = {
  ours: 'our side',
  theirs: 'their side',
  history: "git's history",
  registry: 'the registry',
  'old lock': 'the lock of one file',
  removed: 'removed',
};

function rowOf({ file, from, image, digest, other }: Repair): string[] {
  return [
    file,
    WORDS[from],
    image === undefined ? '' : `${image}@${digest}`,
    other === undefined ? '' : `not ${other}`,
  ];
}
