import { isOnline } from '../checks/silence.ts';
import { PIN_FINDINGS } from '../constructs/pin-diagnostics.ts';
import type { Diagnostic } from '../diagnostics.ts';

/** The same findings, with errors for what a check is run for: nodes that do not run what git says, and what registries tell. */
export function strictly(findings: readonly Diagnostic[]): Diagnostic[] {
  return findings.map((finding) =>
    PIN_FINDINGS.has(finding.code) || (finding.severity === 'warning' && isOnline(finding.code))
      ? { ...finding, severity: 'error' }
      : finding,
  );
}

/** A warning as an error, where nothing is to be passed over. */
export function asError(diagnostic: Diagnostic): Diagnostic {
  return diagnostic.severity === 'warning' ? { ...diagnostic, severity: 'error' } : diagnostic;
}
