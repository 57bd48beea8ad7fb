import { PIN_FINDINGS } from '../constructs/pin-diagnostics.ts';
import type { Diagnostic } from '../diagnostics.ts';

/** The same findings, with errors for pools whose nodes do not run what git says. */
export function strictly(findings: readonly Diagnostic[]): Diagnostic[] {
  return findings.map((finding) =>
    PIN_FINDINGS.has(finding.code) ? { ...finding, severity: 'error' } : finding,
  );
}

/** A warning as an error, where nothing is to be passed over. */
export function asError(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}
