import { analyze, isBreak, isPrintable, MARK } from './analyze.ts';
import { isTakenForAnother } from './resolve.ts';
import type { Writer } from './writer.ts';

/** After this column, the next single space becomes a break. */
const WIDTH = 80;

export function writeString(writer: Writer, text: string, isKey: boolean): void {
  const chars = [...text];
  const analysis = analyze(chars);
  const outer = writer.indent;
  writer.indent = outer < 0 ? 2 : outer + 2;
  const wantsQuotes = isTakenForAnother(text) || (isKey && analysis.hasBreaks);
  if (text.includes('\n') && !isKey) {
    if (analysis.literal) writeLiteral(writer, chars);
    else writeDoubleQuoted(writer, chars, !isKey);
  } else if (wantsQuotes) {
    writeDoubleQuoted(writer, chars, !isKey);
  } else if (analysis.plain && !(isKey && text === '')) {
    writePlain(writer, chars, !isKey);
  } else if (analysis.singleQuoted) {
    writeSingleQuoted(writer, chars, !isKey);
  } else {
    writeDoubleQuoted(writer, chars, !isKey);
  }
  writer.indent = outer;
}

/** What needs no quotes anyway: numbers, booleans, null. */
export function writeWord(writer: Writer, word: string): void {
  writePlain(writer, [...word], false);
}

function writePlain(writer: Writer, chars: readonly string[], folds: boolean): void {
  if (!writer.isAfterSpace) writer.put(' ');
  writeFolded(writer, chars, (index) => folds && chars[index + 1] !== ' ', String);
  writer.isAfterSpace = false;
  writer.isIndentation = false;
}

function writeSingleQuoted(writer: Writer, chars: readonly string[], folds: boolean): void {
  writer.writeIndicator("'");
  const isInside = (index: number) => index > 0 && index < chars.length - 1 && chars[index + 1] !== ' ';
  writeFolded(
    writer,
    chars,
    (index) => folds && isInside(index),
    (char) => (char === "'" ? "''" : char),
  );
  writer.writeIndicator("'", { space: false });
  writer.isAfterSpace = false;
  writer.isIndentation = false;
}

/** Plain and single-quoted text. A break of the text itself stays, and the text goes on indented. */
function writeFolded(
  writer: Writer,
  chars: readonly string[],
  mayFold: (index: number) => boolean,
  spell: (char: string) => string,
): void {
  let isAfterSpace = false;
  let isAfterBreak = false;
  for (const [index, char] of chars.entries()) {
    if (char === ' ') {
      if (!isAfterSpace && writer.column > WIDTH && mayFold(index)) writer.writeIndent();
      else writer.put(char);
      isAfterSpace = true;
    } else if (isBreak(char)) {
      writer.break(char);
      writer.isIndentation = true;
      isAfterBreak = true;
    } else {
      if (isAfterBreak) writer.writeIndent();
      for (const written of spell(char)) writer.put(written);
      writer.isIndentation = false;
      isAfterSpace = false;
      isAfterBreak = false;
    }
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

function writeDoubleQuoted(writer: Writer, chars: readonly string[], folds: boolean): void {
  // libyaml looks for the mark at the beginning of the text wherever it is in it: then all is escaped.
  const escapesAll = chars[0] === MARK;
  let isAfterSpace = false;
  writer.writeIndicator('"');
  for (const [index, char] of chars.entries()) {
    if (escapesAll || !isPrintable(char) || isBreak(char) || char === '"' || char === '\\') {
      for (const written of `\\${ESCAPES[char] ?? hexadecimal(char)}`) writer.put(written);
      isAfterSpace = false;
    } else if (char === ' ') {
      if (folds && !isAfterSpace && writer.column > WIDTH && index > 0 && index < chars.length - 1) {
        writer.writeIndent();
        if (chars[index + 1] === ' ') writer.put('\\');
      } else {
        writer.put(char);
      }
      isAfterSpace = true;
    } else {
      writer.put(char);
      isAfterSpace = false;
    }
  }
  writer.writeIndicator('"', { space: false });
  writer.isAfterSpace = false;
  writer.isIndentation = false;
}

function hexadecimal(char: string): string {
  const digits = char.codePointAt(0)!.toString(16).toUpperCase();
  if (digits.length <= 2) return `x${digits.padStart(2, '0')}`;
  return digits.length <= 4 ? `u${digits.padStart(4, '0')}` : `U${digits.padStart(8, '0')}`;
}

function writeLiteral(writer: Writer, chars: readonly string[]): void {
  const [first] = chars;
  const isLastBreak = isBreak(chars.at(-1));
  const keepsBreaks = isLastBreak && (chars.length === 1 || isBreak(chars.at(-2)));
  const hint = first === ' ' || isBreak(first) ? '2' : '';
  writer.writeIndicator(`|${hint}${isLastBreak ? (keepsBreaks ? '+' : '') : '-'}`);
  writer.break();
  writer.isIndentation = true;
  writer.isAfterSpace = true;
  let isAfterBreak = true;
  for (const char of chars) {
    if (isBreak(char)) {
      writer.break(char);
      writer.isIndentation = true;
      isAfterBreak = true;
    } else {
      if (isAfterBreak) writer.writeIndent();
      writer.put(char);
      writer.isIndentation = false;
      isAfterBreak = false;
    }
  }
}
