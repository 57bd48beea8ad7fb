import type { Diagnostic } from '../../diagnostics.ts';
import { type Reader, resolve } from './diagnostics.ts';

/** Diagnostics as data, with lines and columns. */
export function diagnosticsAsData(diagnostics: readonly Diagnostic[], read: Reader) {
  return diagnostics.map(({ origin, related, ...rest }) => ({
    ...rest,
    ...resolve(origin, read),
    ...(related && {
      related: related.map(({ message, origin }) => ({ message, ...resolve(origin, read) })),
    }),
  }));
}

export function printJsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
