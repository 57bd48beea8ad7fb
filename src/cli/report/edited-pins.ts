import type { EditResult } from '../../actions/edit-pins.ts';
import { describeHold } from '../../spec/lock.ts';
import { readerOf } from './diagnostics.ts';
import { reportFindings } from './findings.ts';
import { diagnosticsAsData, printJsonLine } from './json.ts';
import { columns } from './pools.ts';

/** What became of pins that were changed by hand. */
export function reportEdit(
  { pools, diagnostics, ...rest }: EditResult,
  { root, json, commit }: { readonly root: string; readonly json: boolean; readonly commit: boolean },
): void {
  if (json) {
    const data = diagnosticsAsData(diagnostics, readerOf(root));
    process.stdout.write(printJsonLine({ type: 'result', pools, ...rest, diagnostics: data }));
    return;
  }
  process.stdout.write(
    columns(
      pools.map(({ pool, image, digest, hold }) => [
        pool,
        `${image}@${digest}`,
        hold === undefined ? '' : `held: ${describeHold(hold)}`,
      ]),
    ),
  );
  reportFindings(diagnostics, root);
  process.stderr.write(rest.changed ? 'the lock and dist/ are written\n' : 'the lock has it already\n');
  if (rest.commit !== undefined) process.stderr.write(`committed ${rest.commit.slice(0, 12)}\n`);
  else if (commit) process.stderr.write('nothing to commit\n');
}
