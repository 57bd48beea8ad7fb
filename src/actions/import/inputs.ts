import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { type Diagnostic, failure, type Origin } from '../../diagnostics.ts';
import type { FromManifest } from '../../import/manifest.ts';
import { readManifests } from '../../import/manifests.ts';
import type { Remark } from '../../import/scope.ts';
import { withoutMark } from '../../spec/yaml.ts';

/** A file to import. */
export interface InputFile {
  /** Where it is on this machine. */
  readonly path: string;
  /** How it is named in documents and messages: from the repository's root, or by its own name. */
  readonly name: string;
  readonly text: string;
  /** What it has of manifests; undefined where it is a Containerfile. */
  readonly manifests: readonly FromManifest[] | undefined;
  placeOf(lines: readonly [number, number]): Origin;
}

/** More than any Containerfile. */
const LARGEST = 4 * 1024 * 1024;

export function readInput(path: string, root: string): { input: InputFile; diagnostics: Diagnostic[] } {
  const file = relative(root, path);
  const text = withoutMark(read(path, file));
  const remarks: Remark[] = [];
  const isYaml = /\.(?:ya?ml|json)$/.test(path) || /^(?:---\s*\n|#.*\n|\s*\n)*apiVersion:/.test(text);
  const placeOf = (lines: readonly [number, number]): Origin => ({ file, offset: offsetOf(text, lines[0]) });
  const manifests = isYaml ? readManifests(text, (remark) => remarks.push(remark)) : undefined;
  const name = file.startsWith('..') ? file.split('/').at(-1)! : file;
  return {
    input: { path, name, text, manifests, placeOf },
    diagnostics: remarks.map((remark) => toDiagnostic(remark, placeOf)),
  };
}

export function toDiagnostic(
  { lines, severity = 'warning', ...remark }: Remark,
  placeOf: InputFile['placeOf'],
): Diagnostic {
  return { severity, source: severity === 'error' ? 'input' : 'finding', ...remark, origin: placeOf(lines) };
}

function read(path: string, file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw failure('input', 'no-file', `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
      hint: 'Name a Containerfile, or the YAML of a MachineOSConfig or MachineConfig.',
    });
  }
  if (bytes.length > LARGEST || bytes.includes(0)) {
    throw failure(
      'input',
      'not-text',
      `${file} is no Containerfile: it is ${bytes.includes(0) ? 'not text' : 'too large'}`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw failure('input', 'not-text', `${file} is not UTF-8`, { hint: 'Save it as UTF-8.' });
  }
}

/** The first character of a line that is none of its blanks. */
function offsetOf(text: string, line: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return before + /^\s*/.exec(lines[line - 1] ?? '')![0].length;
}
