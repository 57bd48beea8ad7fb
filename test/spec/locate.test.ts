import { describe, expect, it } from 'vitest';
import { locate } from '../../src/spec/locate.ts';

const TEXT = `# a comment
kind: Layer
name: tools
steps:
  - packages: { install: [a, "b c"] }
  - files:
      - path: /etc/motd
        content: |
          one
          two
---
kind: Pool
name: wörker 😀 x
layers:
  - name: inline
    steps: []
target: { machineConfig: { image: 文/image } }
empty:
"quoted key": 1
`;

/** What the place covers in its line. */
function at(document: number, ...path: (string | number)[]) {
  const place = locate(TEXT, { document, path });
  if (place === undefined) return undefined;
  const { line, column, width } = place;
  return `${line}:${column} ${TEXT.split('\n')[line - 1]!.slice(column - 1, column - 1 + width)}`;
}

describe('a place', () => {
  it.each([
    ['a value', ['name'], '3:7 tools'],
    ['a quoted value', ['steps', 0, 'packages', 'install', 1], '5:30 "b c"'],
    ['a mapping, at its key', ['steps', 0, 'packages'], '5:5 packages'],
    ['a list, at its key', ['steps'], '4:1 steps'],
    ['an item, at its first key', ['steps', 1], '6:5 files'],
    ['an item of an item', ['steps', 1, 'files', 0], '7:9 path'],
    ['a block, on its first line', ['steps', 1, 'files', 0, 'content'], '8:18 |'],
    ['a key that is not there, at the last one that is', ['steps', 1, 'files', 0, 'mode'], '7:9 path'],
    ['an index that is not there', ['steps', 7], '4:1 steps'],
    ['a path below a text', ['name', 'x', 'y'], '3:1 name'],
    ['the document', [], '2:1 kind'],
  ])('of %s', (_, path, expected) => expect(at(0, ...path)).toBe(expected));

  it.each([
    ['a value with wide characters', ['name'], '13:7 wörker 😀 x'],
    ['a value behind braces', ['target', 'machineConfig', 'image'], '17:35 文/image'],
    ['a value that is empty', ['empty'], '18:7 '],
    ['a quoted key', ['quoted key'], '19:15 1'],
    ['a list of mappings', ['layers', 0, 'name'], '15:11 inline'],
    ['an empty list', ['layers', 0, 'steps'], '16:5 steps'],
  ])('in the second document of %s', (_, path, expected) => expect(at(1, ...path)).toBe(expected));

  it('is counted from the start of the line where only an offset is known', () => {
    expect(locate(TEXT, { offset: TEXT.indexOf('tools') })).toEqual({ line: 3, column: 7, width: 1 });
    expect(locate(TEXT, { offset: 0 })).toEqual({ line: 1, column: 1, width: 1 });
  });

  it('is not known in a document that is not there, nor in an empty one', () => {
    expect(at(2, 'name')).toBeUndefined();
    expect(locate('', { document: 0, path: ['a'] })).toBeUndefined();
    expect(locate('# only a comment\n', { document: 0, path: [] })).toBeUndefined();
  });

  it('finds keys that are numbers in YAML', () => {
    expect(locate('a:\n  1: x\n  true: y\n', { path: ['a', '1'] })).toEqual({ line: 2, column: 6, width: 1 });
    expect(locate('a:\n  1: x\n  true: y\n', { path: ['a', 'true'] })).toEqual({
      line: 3,
      column: 9,
      width: 1,
    });
  });

  it('is found in a list that is the document', () => {
    expect(locate('- a\n- b\n', { path: [1] })).toEqual({ line: 2, column: 3, width: 1 });
  });

  it('survives text that is no YAML', () => {
    expect(locate('a: [\nb: "', { path: ['a', 0, 'b'] })).toBeDefined();
  });
});

describe('a line within a text', () => {
  const at = (text: string, line: number) => {
    const place = locate(text, { path: ['a'], line });
    return place && `${place.line}:${place.column} ${place.width}`;
  };

  it('is counted from the first one below the sign of a literal block', () => {
    const text = 'a: |-2\n\n   one\n  two\nb: 1\n';
    expect([0, 1, 2].map((line) => at(text, line))).toEqual(['2:1 1', '3:4 3', '4:3 3']);
  });

  it('that is not there, or in a text that is folded, is where the text is', () => {
    expect(at('a: |\n  one\nb: 1\n', 9)).toBe('1:4 1');
    expect(at('a: >\n  one\n  two\n', 1)).toBe('1:4 1');
    expect(at('a: "one\\ntwo"\n', 1)).toBe('1:4 10');
  });
});
