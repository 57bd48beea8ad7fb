import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { locate } from '../../src/spec/locate.ts';
import { parseYaml } from '../../src/spec/yaml.ts';

const FILE = 'layers/x.yaml';

const dataOf = (text: string) => {
  const { documents, diagnostics } = parseYaml(text, FILE);
  expect(diagnostics).toEqual([]);
  return documents.map(({ data }) => data);
};

/** Each error, with the place that people see. */
const errorsOf = (text: string) => {
  const { documents, diagnostics } = parseYaml(text, FILE);
  expect(documents).toEqual([]);
  return diagnostics.map(({ message, origin }) => {
    const { line, column } = locate(text, origin!)!;
    return `${line}:${column} ${message}`;
  });
};

describe('YAML that is more than data', () => {
  it.each([
    ['a tag', 'a: !!str 1\n', '1:10 tags'],
    ['a tag of its own', 'a: 1\nb: !x 1\n', '2:7 tags'],
    ['a tag in a list', 'a: [!x 1]\n', '1:8 tags'],
    ['a tag on a block', 'a: !!binary |\n  aGk=\n', '1:13 tags'],
    ['a directive', '%YAML 1.1\n---\na: 1\n', '1:1 directives'],
    ['an anchor', 'a: 1\nb: &x 1\n', '2:7 anchors'],
    ['a list as a key', '? [a, b]\n: 1\n', '1:3 keys that are not text'],
    ['a list as a key on one line', '[a]: 1\n', '1:1 keys that are not text'],
    ['a mapping as a key', '{a: 1}: 1\n', '1:1 keys that are not text'],
    ['a list as a key in braces', '{[a]: 1}\n', '1:2 keys that are not text'],
  ])('%s is refused where it is', (_, text, error) => {
    expect(errorsOf(text)).toEqual([`${error} have no place here`]);
  });

  it('is refused as a whole: an anchor, its alias and a bomb of them', () => {
    expect(errorsOf('a: &x 1\nb: *x\n')).toEqual([
      '1:7 anchors have no place here',
      '2:4 aliases have no place here',
    ]);
    const bomb = ['a0: &a0 [x, x]'];
    for (let i = 1; i < 40; i++) bomb.push(`a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
    const before = performance.now();
    expect(errorsOf(bomb.join('\n'))).toContain('40:12 aliases have no place here');
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('is not merged: << is a key like any other, which no schema knows', () => {
    expect(dataOf('<<: { a: 1 }\n')).toEqual([{ '<<': { a: 1 } }]);
  });
});

describe('YAML that is none', () => {
  it.each([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', '3:1 duplicated mapping key'],
    ['a key twice in braces', 'a: { b: 1, b: 2 }\n', '1:12 duplicated mapping key'],
    ['a tab', 'a:\n\tb: 1\n', '2:1 tab characters must not be used in indentation'],
    ['no key', ': 1\n', '1:1 incomplete explicit mapping pair'],
    ['an open quote', 'a: "b\nc: 1\n', '3:1 unexpected end of the stream'],
    ['a NUL', 'a: "x\0y"\n', '1:6 null byte is not allowed in input'],
    ['UTF-16', Buffer.from('a: 1\n', 'utf16le').toString('utf8'), '1:2 null byte is not allowed in input'],
    [
      'Latin-1',
      Buffer.from('a: 1\nb: gr\xfc\xdfe\n', 'latin1').toString('utf8'),
      '2:6 this file is not UTF-8',
    ],
    ['too deep a nest', `a: ${'['.repeat(20_000)}`, '1:103 nesting exceeded maxDepth (100)'],
    [
      'a merge conflict',
      'a: 1\nb:\n<<<<<<< HEAD\n  c: 1\n=======\n  c: 2\n>>>>>>> main\n',
      '3:1 this file has a merge conflict',
    ],
  ])('%s', (_, text, error) => {
    const [first, ...more] = errorsOf(text);
    expect(first).toContain(error);
    expect(more).toEqual([]);
  });

  it('is not read at all above four million characters', () => {
    expect(parseYaml('#'.repeat(4 * 1024 * 1024 + 1), FILE).diagnostics[0]!.message).toContain(
      'at most 4194304',
    );
  });
});

describe('files as editors write them', () => {
  it('may have a byte order mark, which is no column', () => {
    expect(dataOf('\ufeffa: 1\n')).toEqual([{ a: 1 }]);
    expect(errorsOf('\ufeffa: 1\na: 2\n')).toEqual(['2:1 duplicated mapping key']);
    expect(errorsOf('\ufeffa: !x 1\n')).toEqual(['1:7 tags have no place here']);
    expect(locate('\ufeffkey: value\n', { path: ['key'] })).toEqual({ line: 1, column: 6, width: 5 });
  });

  it('may end lines by CR LF, which is no part of any text', () => {
    expect(dataOf('a: 1\r\nb: |\r\n  x\r\n  y\r\nc: "d"\r\n')).toEqual([{ a: 1, b: 'x\ny\n', c: 'd' }]);
    expect(locate('a: 1\r\nbc: de\r\n', { path: ['bc'] })).toEqual({ line: 2, column: 5, width: 2 });
  });

  it.each([
    ['', []],
    ['# nothing yet\n', []],
    ['---\n', []],
    ['---\n...\n---\n# x\n', []],
    ['# x\n---\na: 1\n---\n# empty\n---\nb: 2\n---\n', [0, 2]],
    ['---\n---\na: 1\n', [1]],
    ['a: 1\n...\n# x\n---\nb: 2\n', [0, 1]],
    ['a: 1\n...\nb: 2\n', [0, 1]],
    ['a: 1\n--- # x\nb: 2\n', [0, 1]],
  ])('%j has the documents %j, with the numbers that locate() finds them by', (text, numbers) => {
    const { documents } = parseYaml(text, FILE);
    expect(documents.map(({ origin }) => origin.document)).toEqual(numbers);
    for (const { data, origin } of documents) {
      const [key] = Object.keys(data as object);
      expect(locate(text, { ...origin, path: [key!] })!.line).toBe(
        text.split('\n').findIndex((line) => line.startsWith(`${key}:`)) + 1,
      );
    }
  });

  it('keeps what only looks like another type to older readers of YAML', () => {
    expect(dataOf('a: yes\nb: 2026-11-22\nc: 4.20\nd: 0644\ne: ~\nf: 1_000\n')).toEqual([
      { a: 'yes', b: '2026-11-22', c: 4.2, d: 644, e: null, f: '1_000' },
    ]);
  });
});

describe('ordinary text', () => {
  const LINES = fc.constantFrom(
    ...[
      '!include x',
      '%setup -q',
      '*.* @@logs:514',
      '&& true',
      '? what',
      '? ',
      '- a',
      '[section]: x',
      '{a: b}: c',
    ],
    ...[
      '"a": b',
      '<<: *x',
      '# comment',
      '--- a',
      '... b',
      'key: value',
      '!',
      '%',
      '*',
      '&',
      '@',
      '`',
      '|',
      '>',
      "'",
    ],
    ...['  indented !x', 'a [!b] *c', 'A=b', 'ünï 文 😀', 'tab\tin', 'x &y *z !w', '<<<<<<<', 'a: &b'],
  );
  const TEXT = fc.array(LINES, { minLength: 1, maxLength: 6 }).map((lines) => `${lines.join('\n')}\n`);

  it('survives in a block, whatever its lines begin with', () => {
    fc.assert(
      fc.property(TEXT, fc.constantFrom('|', '|2', '|+'), (text, header) => {
        const indented = text.replaceAll(/^/gm, '    ').replace(/ {4}$/, '');
        const style = header === '|2' ? '|2' : header;
        const block = `files:\n  content: ${style === '|2' ? '|2' : style}\n${indented}after: 1\n`;
        // Of a first line that is indented itself, only an explicit number tells what is indentation.
        if (text.startsWith(' ') && style !== '|2') return;
        expect(dataOf(block)).toEqual([{ files: { content: text }, after: 1 }]);
      }),
      { seed: 12, numRuns: 1000 },
    );
  });

  it('survives in any style that a program writes', () => {
    const styles = fc.constantFrom('QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED', 'PLAIN');
    fc.assert(
      fc.property(fc.oneof(TEXT, LINES), fc.oneof(TEXT, LINES), styles, (one, two, style) => {
        const data = { a: one, list: [two, { b: one }], z: 1 };
        expect(dataOf(stringify(data, { defaultStringType: style, defaultKeyType: 'PLAIN' }))).toEqual([
          data,
        ]);
      }),
      { seed: 13, numRuns: 1000 },
    );
  });
});
