import type { Diagnostic } from '../../diagnostics.ts';
import { paintFor } from './colors.ts';
import { printDiagnostics } from './diagnostics.ts';

/** Prints findings for people. Remarks only where they are asked for. */
export function reportFindings(
  diagnostics: readonly Diagnostic[],
  root: string,
  remarks = false,
  texts?: ReadonlyMap<string, string>,
): void {
  const shown = diagnostics.filter(({ severity }) => remarks || severity !== 'info');
  process.stderr.write(printDiagnostics(shown, { root, texts, paint: paintFor(process.stderr) }));
}
