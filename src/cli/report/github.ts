import type { Diagnostic } from '../../diagnostics.ts';
import { type Reader, resolve } from './diagnostics.ts';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Diagnostics as annotations of a GitHub workflow, a line each: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function printAnnotations(diagnostics: readonly Diagnostic[], read: Reader): string {
  return diagnostics
    .map(({ severity, code, message, hint, origin }) => {
      const { file, line, column, path } = resolve(origin, read);
      const properties = Object.entries({ file, line, col: column, title: code })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => `${key}=${property(String(value))}`);
      const place = file === undefined && path !== undefined ? `${path}: ` : '';
      const text = [`${place}${message}`, ...(hint === undefined ? [] : [hint])].join('\n');
      return `::${COMMANDS[severity]} ${properties.join(',')}::${data(text)}\n`;
    })
    .join('');
}

/** Text in a command, where some characters are escapes. */
export function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
