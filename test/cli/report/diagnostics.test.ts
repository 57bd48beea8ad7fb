import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { paintFor } from '../../../src/cli/report/colors.ts';
import { countBySeverity, printDiagnostics, readerOf } from '../../../src/cli/report/diagnostics.ts';
import { diagnosticsAsData } from '../../../src/cli/report/json.ts';
import type { Diagnostic } from '../../../src/diagnostics.ts';

const FILE = 'layers/x.yaml';

function root(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'layers-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'layers'));
  writeFileSync(join(folder, FILE), text);
  return folder;
}

const at = (path: (string | number)[], more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'bad',
  severity: 'error',
  source: 'input',
  message: 'this is bad',
  origin: { file: FILE, document: 0, path },
  ...more,
});

const print = (text: string, ...diagnostics: Diagnostic[]) =>
  printDiagnostics(diagnostics, { root: root(text) });

/** The lines with the source and the caret. */
const excerpt = (text: string, path: (string | number)[]) => print(text, at(path)).split('\n').slice(1, 3);

describe('a diagnostic for people', () => {
  it('shows nothing of what a link leads to', () => {
    const folder = root('a: x\n');
    symlinkSync(join(folder, FILE), join(folder, 'layers/link.yaml'));
    const print = (file: string) => printDiagnostics([at(['a'], { origin: { file } })], { root: folder });
    expect(print(FILE)).toContain('a: x');
    expect(print('layers/link.yaml')).toBe('layers/link.yaml error this is bad (bad)\n');
  });

  it('is the place, what is wrong, the line with a caret, and the way out', () => {
    const text = 'kind: Pool\nname: worker\nrelease: 4.20\n';
    expect(print(text, at(['release'], { hint: 'Put it in quotes.', detail: 'one\ntwo' }))).toBe(
      `layers/x.yaml:3:10 error this is bad (bad)
  3 | release: 4.20
    |          ^^^^
  | one
  | two
  hint: Put it in quotes.
`,
    );
  });

  it('shows every place that has to do with it', () => {
    const related = [{ message: 'the first one', origin: { file: FILE, document: 0, path: ['name'] } }];
    expect(
      print(
        'name: a\n---\nname: a\n',
        at(['name'], { origin: { file: FILE, document: 1, path: ['name'] }, related }),
      ),
    ).toBe(
      `layers/x.yaml:3:7 error this is bad (bad)
  3 | name: a
    |       ^
  layers/x.yaml:1:7 the first one
  1 | name: a
    |       ^
`,
    );
  });

  it('does without what is not known', () => {
    const gone: Diagnostic = at(['a', 0], { origin: { file: 'layers/gone.yaml', path: ['a', 0] } });
    expect(print('', gone)).toBe('layers/gone.yaml error this is bad (bad)\n');
    expect(print('', at([], { origin: { construct: 'app/worker', path: ['layers', 0] } }))).toBe(
      'app/worker: layers[0] error this is bad (bad)\n',
    );
    expect(print('', at([], { origin: undefined, severity: 'warning' }))).toBe('warning this is bad (bad)\n');
  });

  it('has the caret under the value behind wide and combining characters, and tabs', () => {
    expect(excerpt('{ a: 文字, b: x }\n', ['b'])).toEqual([
      '  1 | { a: 文字, b: x }',
      `    | ${' '.repeat(14)}^`,
    ]);
    expect(excerpt('{ a: 😀, b: x }\n', ['b'])[1]).toBe(`    | ${' '.repeat(12)}^`);
    expect(excerpt('{ a: e\u0301, b: x }\n', ['b'])[1]).toBe(`    | ${' '.repeat(11)}^`);
    expect(excerpt('{ a: "\t", b: x }\n', ['b'])).toEqual([
      '  1 | { a: " ", b: x }',
      `    | ${' '.repeat(13)}^`,
    ]);
  });

  it('has no carriage return and no byte order mark in the line', () => {
    expect(excerpt('\ufeffa: x\r\nb: y\r\n', ['a'])).toEqual(['  1 | a: x', '    |    ^']);
    expect(excerpt('a: x\r\nb: y\r\n', ['b'])).toEqual(['  2 | b: y', '    |    ^']);
  });

  it('shows of a very long line the part that matters, with the caret under it', () => {
    const [shown, caret] = excerpt(`{ a: ${'x'.repeat(5000)}, b: here, c: ${'y'.repeat(5000)} }\n`, ['b']);
    expect(shown!.length).toBeLessThan(160);
    expect(shown).toMatch(/^ {2}1 \| …x+, b: here, c: y+…$/);
    expect(shown!.slice(caret!.indexOf('^'), caret!.lastIndexOf('^') + 1)).toBe('here');
    const [, long] = excerpt(`a: ${'x'.repeat(5000)}\n`, ['a']);
    expect(long!.length).toBeLessThan(100);
  });

  it('lets nothing through that moves the cursor, wherever it comes from', () => {
    const moves = '\u001b[2J\u0007\u009b';
    const text = `a: "x" # ${moves}\n`;
    const printed = print(text, at(['a'], { message: moves, hint: moves, detail: moves }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe('colours', () => {
  const isPainted = (isTTY: boolean | undefined, env: NodeJS.ProcessEnv) =>
    paintFor({ ...(isTTY !== undefined && { isTTY }) }, env)('red', 'x') !== 'x';

  it.each<[boolean | undefined, NodeJS.ProcessEnv, boolean]>([
    [true, {}, true],
    [true, { NO_COLOR: '' }, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '0' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
    [undefined, {}, false],
  ])('on a terminal: %s, with %j: %s', (isTTY, env, expected) =>
    expect(isPainted(isTTY, env)).toBe(expected));

  it('change no character but themselves', () => {
    const folder = root('a: x\n');
    const diagnostic = at(['a'], { hint: 'y', detail: 'z' });
    const painted = printDiagnostics([diagnostic], { root: folder, paint: paintFor({ isTTY: true }, {}) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(printDiagnostics([diagnostic], { root: folder }));
    expect(painted).toContain('\u001b[31m');
  });
});

it('diagnostics as data have the line and the column, and are one line', () => {
  const related = [{ message: 'the first one', origin: { file: FILE, document: 0, path: ['a'] } }];
  const data = diagnosticsAsData([at(['b'], { related })], readerOf(root('a: x\nb: y\n')));
  expect(data).toEqual([
    {
      code: 'bad',
      severity: 'error',
      source: 'input',
      message: 'this is bad',
      file: FILE,
      line: 2,
      column: 4,
      path: 'b',
      related: [{ message: 'the first one', file: FILE, line: 1, column: 4, path: 'a' }],
    },
  ]);
});

it('the count is one line, of what there is', () => {
  const all = (['error', 'error', 'warning', 'info'] as const).map((severity) => at([], { severity }));
  expect(countBySeverity(all)).toBe('2 errors, 1 warning, 1 remark');
  expect(countBySeverity([])).toBe('');
});
