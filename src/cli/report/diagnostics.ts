import { lstatSync, readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import { type Diagnostic, formatPath, type Origin } from '../../diagnostics.ts';
import { locate, type Place } from '../../spec/locate.ts';
import { withoutMark } from '../../spec/yaml.ts';
import type { Paint } from './colors.ts';
import { harmless, padding } from './terminal.ts';

export interface PrintOptions {
  readonly root: string;
  readonly paint?: Paint;
  /** Texts that are in no file, by name. */
  readonly texts?: ReadonlyMap<string, string> | undefined;
}

/** The text of a file that diagnostics name. */
export type Reader = (file: string) => string | undefined;

/** A diagnostic's place as people and editors know it. */
export interface LocatedOrigin {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
}

const NO_PAINT: Paint = (_, text) => text;

/** Diagnostics for people: the place, what is wrong, the line with a caret under it, and the way out. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], options: PrintOptions): string {
  const read = readerOf(options.root, options.texts);
  return diagnostics
    .map((diagnostic) => `${printOne(diagnostic, read, options.paint ?? NO_PAINT)}\n`)
    .join('');
}

function printOne(diagnostic: Diagnostic, read: Reader, paint: Paint): string {
  const { severity, code, message, hint, origin, related = [], detail } = diagnostic;
  const color = severity === 'error' ? 'red' : severity === 'warning' ? 'yellow' : 'cyan';
  const lines = [
    [
      placeOf(origin, read),
      paint(color, paint('bold', severity)),
      harmless(message),
      paint('dim', `(${code})`),
    ]
      .filter((part) => part !== '')
      .join(' '),
    ...excerpt(origin, read, paint),
    ...(detail === undefined ? [] : detail.split('\n').map((line) => paint('dim', `  | ${harmless(line)}`))),
    ...(hint === undefined
      ? []
      : hint.split('\n').map((line) => `  ${paint('cyan', 'hint:')} ${harmless(line)}`)),
    ...related.flatMap(({ message, origin }) => [
      `  ${placeOf(origin, read)} ${harmless(message)}`,
      ...excerpt(origin, read, paint),
    ]),
  ];
  return lines.join('\n');
}

function placeOf(origin: Origin | undefined, read: Reader): string {
  const { file, line, column, path } = resolve(origin, read);
  if (file !== undefined) return [harmless(file), ...(line === undefined ? [] : [line, column])].join(':');
  return harmless(path ?? '');
}

/** An origin with its line and column, for every kind of output. */
export function resolve(origin: Origin | undefined, read: Reader): LocatedOrigin {
  if (origin === undefined) return {};
  if (origin.file === undefined) {
    const path = [origin.construct, formatPath(origin.path)].filter(Boolean).join(': ');
    return path === '' ? {} : { path };
  }
  const place = placeIn(origin, read);
  const path = formatPath(origin.path);
  return {
    file: origin.file,
    ...(place && { line: place.line, column: place.column }),
    ...(path && { path }),
  };
}

function placeIn(origin: Origin, read: Reader): Place | undefined {
  const text = origin.file === undefined ? undefined : read(origin.file);
  return text === undefined ? undefined : locate(text, origin);
}

function excerpt(origin: Origin | undefined, read: Reader, paint: Paint): string[] {
  const place = origin && placeIn(origin, read);
  if (origin?.file === undefined || place === undefined) return [];
  const line = read(origin.file)!.split('\n')[place.line - 1]!.replace(/\r$/, '');
  const number = String(place.line);
  // Of a very long line, the part that matters.
  const start = Math.max(0, place.column - 80);
  const end = start + 140;
  const at = place.column - 1;
  const pad = `${start > 0 ? ' ' : ''}${padding(line.slice(start, at))}`;
  const caret = '^'.repeat(Math.max(1, Math.min(place.width, line.length - at, 60)));
  const shown = `${start > 0 ? '…' : ''}${harmless(line.slice(start, end))}${line.length > end ? '…' : ''}`;
  return [
    `  ${paint('dim', `${number} |`)} ${shown}`,
    `  ${' '.repeat(number.length)} ${paint('dim', '|')} ${pad}${paint('red', caret)}`,
  ];
}

/** Reads each file once. */
export function readerOf(root: string, given: ReadonlyMap<string, string> = new Map()): Reader {
  const texts = new Map<string, string | undefined>(given);
  return (file) => {
    if (!texts.has(file)) texts.set(file, readText(resolvePath(root, file)));
    return texts.get(file);
  };
}

function readText(file: string): string | undefined {
  try {
    // What a link leads to is nothing of the repository's, and not for everybody who reads a log.
    return lstatSync(file).isFile() ? withoutMark(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** "2 errors, 1 warning". */
export function countBySeverity(diagnostics: readonly Diagnostic[]): string {
  const parts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    if (count === 0) return [];
    return severity === 'info'
      ? `${count} remark${count > 1 ? 's' : ''}`
      : `${count} ${severity}${count > 1 ? 's' : ''}`;
  });
  return parts.join(', ');
}
