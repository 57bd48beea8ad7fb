import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sh, word, words } from '../../src/containerfile/quote.ts';
import { runIn, SHELLS } from './shells.ts';

const NASTY = fc.constantFrom(
  ...[
    '',
    '-n',
    '--',
    '-e',
    '\\',
    '\\n',
    "'",
    '"',
    '$',
    '$HOME',
    '$(id)',
    '`id`',
    '!',
    '!!',
    '*',
    '?',
    '[a]',
    '~',
  ],
  ...[
    '{a,b}',
    ';',
    '&',
    '|',
    '<',
    '>',
    '(',
    ')',
    '#',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    '=',
    'A=b',
    '%s',
    '%',
    'ü',
    '文',
  ],
  ...['😀', '\u00a0', '\u2028', '\u202e', '\u0001', '\u001b[31m', '\u007f', 'a', 'b c'],
);

/** Any text that an argument can be: no NUL. */
const ARGUMENT = fc.oneof(
  fc.array(NASTY, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
);

describe('sh', () => {
  it.each(SHELLS)('gives $name every argument as it is', (shell) => {
    // Many arguments a process, each ended by NUL, which none of them has.
    const lists = fc.array(ARGUMENT, { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(lists, (list) => {
        const { code, stdout } = runIn(shell, `printf '%s\\0' ${list.map(sh).join(' ')}`);
        expect(code).toBe(0);
        expect(stdout.split('\0').slice(0, -1)).toEqual(list);
      }),
      { seed: 20261122, numRuns: 60 },
    );
  });

  it('leaves plain words as they are', () => {
    for (const text of ['systemd', '/etc/a-b_c.d', 'user@host:22', 'a=b,c%d+e', '-y'])
      expect(sh(text)).toBe(text);
  });

  it('quotes the least that works', () => {
    expect(sh('')).toBe("''");
    expect(sh('a b')).toBe("'a b'");
    expect(sh("it's")).toBe(String.raw`'it'\''s'`);
    expect(sh('a~b')).toBe("'a~b'");
  });

  it('refuses what no argument can hold', () => {
    expect(() => sh('a\0b')).toThrow('NUL');
  });
});

describe('words', () => {
  it('are bare where COPY reads nothing into them', () => {
    expect(words(['remote.conf.49e160ca9773d009', '/etc/remote.conf'])).toBe(
      'remote.conf.49e160ca9773d009 /etc/remote.conf',
    );
  });

  it('are JSON elsewhere, with what COPY would expand or take away escaped', () => {
    expect(words(['a', '/b c'])).toBe('["a","/b c"]');
    expect(JSON.parse(words(['a', `/$x\\y"z'`]))).toEqual(['a', String.raw`/\$x\\y\"z\'`]);
  });

  it('are always one line', () => {
    fc.assert(
      fc.property(fc.array(ARGUMENT, { minLength: 1 }), (list) => !words(list).includes('\n')),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('word', () => {
  // What builders make of these is held by the labels of test/e2e/steps.test.ts.
  it.each([
    ['plain', 'plain'],
    ['2026-11', '2026-11'],
    ['', '""'],
    ['two words', '"two words"'],
    ["it's", `"it's"`],
    ['"', String.raw`"\""`],
    ['$HOME', String.raw`"\$HOME"`],
    ['a\\', String.raw`"a\\"`],
    ['`id`', '"`id`"'],
  ])('%j is %s', (value, printed) => expect(word(value)).toBe(printed));
});
