import type { EditResult } from '../../actions/edit-pins.ts';
import { describeHold } from '../../spec/lock.ts';
import { deliveredAsData, describeDelivered, throwFindings } from '../delivery.ts';
import { readerOf } from './diagnostics.ts';
import { reportFindings } from './findings.ts';
import { diagnosticsAsData, printJsonLine } from './json.ts';
import { columns } from './pools.ts';

/** What became of pins that were changed by hand. */
export function reportEdit(
  { pools, diagnostics, changed, delivered }: EditResult,
  { root, json, commit }: { readonly root: string; readonly json: boolean; readonly commit: boolean },
): void {
  if (json) {
    const more = deliveredAsData(delivered);
    const data = diagnosticsAsData(diagnostics, readerOf(root));
    process.stdout.write(printJsonLine({ type: 'result', pools, changed, ...more, diagnostics: data }));
    throwFindings(delivered);
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
  process.stderr.write(describeDelivered(delivered, commit, 'the lock and dist/ are written'));
  throwFindings(delivered);
}
