import fc from 'fast-check';

/** What yaml.v2 treats in a way of its own, alone and next to other things. */
const PIECES = [
  ...['', ' ', '  ', '\t', '\n', '\n\n', '\r', '\r\n', ' \n', '\n ', '\u0085', '\u2028', '\u2029', '\ufeff'],
  ...['-', '- ', '--- ', '...', '?', '? ', ':', ': ', '#', ' #', ',', '[', ']', '{', '}', '&', '*', '!', '|'],
  ...[
    '>',
    "'",
    '"',
    '%',
    '@',
    '`',
    '\\',
    '~',
    '<<',
    '=',
    '$',
    '_',
    '+',
    '.',
    '0x',
    '0b',
    '0o',
    '0',
    '1',
    '9',
  ],
  ...[
    'a',
    'e',
    'E',
    'x',
    'y',
    'N',
    'true',
    'Off',
    'null',
    '.inf',
    '.NaN',
    'é',
    '日本',
    '\u00a0',
    '\u{1f600}',
  ],
  ...['\0', '\x07', '\x1b', '\x7f', '\u0080', '\u009f', '\ufffd', '\ufffe', '\uffff', '\ud800'],
  ...['RUN dnf install -y cowsay && \\\n', '    ostree container commit\n', 'FROM configs AS final\n'],
  ...['\tdnf -y update', 'COPY --from=base /usr /usr', "echo 'it''s'", '"quoted text"', 'x'.repeat(79)],
  ...[
    'word '.repeat(17),
    'a  b   c    d ',
    'https://example.com/a/very/long/path?with=a&query=string#fragment ',
  ],
];

/** Near to what YAML 1.1 takes for a number, a time, a boolean. */
const NUMBERS = fc.stringMatching(/^[-+]?(0[xXoObB])?[0-9a-fA-F_.eE+:-]{1,14}$/);
const TIMES = fc.stringMatching(
  /^[0-9]{3,4}-[01]?[0-9]-[0-3]?[0-9]([Tt ]{1,2}[0-2]?[0-9]:[0-6]?[0-9]:[0-6]?[0-9]([.,][0-9]{0,11})?(Z|[-+][0-2][0-9]:[0-6][0-9])?)?$/,
);

const joined = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''));
const long = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.stringMatching(/^[!-~]{1,25}$/) },
      fc.constantFrom(' ', '  ', "'", '"', '\t'),
    ),
    {
      minLength: 10,
      maxLength: 40,
    },
  )
  .map((words) => words.join(' '));

export const text = fc.oneof(joined, NUMBERS, TIMES, long, fc.string({ unit: 'binary' }));

/** Keys as objects have them, and with digits, which have an order of their own. */
const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9.-]{0,9}$/);

export const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(key, tie('node'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).node;

/** An object with a text where a Containerfile is, and with anything. */
export const document = fc.oneof(
  text.map((content) => ({ containerFile: [{ containerfileArch: 'NoArch', content }], name: content })),
  fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
);
