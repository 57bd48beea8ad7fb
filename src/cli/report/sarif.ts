import { ERRORS, FAILURES, FINDINGS, IMPORT, STATES } from '../../checks/codes.ts';
import { CHECKS } from '../../checks/index.ts';
import type { Silenced } from '../../checks/silence.ts';
import type { Diagnostic, Origin } from '../../diagnostics.ts';
import { version } from '../../version.ts';
import { type Reader, resolve } from './diagnostics.ts';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** Diagnostics as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function printSarif(
  diagnostics: readonly Diagnostic[],
  read: Reader,
  silenced: readonly Silenced[] = [],
): string {
  const all = [
    ...diagnostics.map((diagnostic) => ({ diagnostic, suppressions: undefined })),
    ...silenced.map(({ diagnostic, reason }) => ({
      diagnostic,
      suppressions: [{ kind: 'inSource', justification: reason }],
    })),
  ];
  const codes = [...new Set(all.map(({ diagnostic }) => diagnostic.code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'layers', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: all.map(
          ({ diagnostic: { code, severity, message, hint, origin, related }, suppressions }) => ({
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: LEVELS[severity],
            message: { text: hint === undefined ? message : `${message}\n${hint}` },
            locations: origin === undefined ? [] : [locationOf(origin, read)],
            ...(related && {
              relatedLocations: related.map(({ message, origin }) => ({
                ...locationOf(origin, read),
                message: { text: message },
              })),
            }),
            ...(suppressions && { suppressions }),
          }),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(code: string) {
  const check = CHECKS.find((candidate) => candidate.code === code);
  const meaning =
    check?.summary ?? ERRORS[code] ?? FAILURES[code] ?? FINDINGS[code] ?? STATES[code] ?? IMPORT[code];
  return {
    id: code,
    ...(meaning !== undefined && { shortDescription: { text: meaning } }),
    ...(check && {
      fullDescription: { text: check.why },
      defaultConfiguration: { level: LEVELS[check.severity] },
    }),
  };
}

function locationOf(origin: Origin, read: Reader) {
  const { file, line, column, path } = resolve(origin, read);
  return {
    ...(file !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(file) },
        ...(line !== undefined && { region: { startLine: line, startColumn: column } }),
      },
    }),
    ...(path !== undefined && { logicalLocations: [{ fullyQualifiedName: path }] }),
  };
}
