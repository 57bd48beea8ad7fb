/** What shells, Containerfiles, YAML and templates each read in their own way. */
const PIECES = [
  ...["'", '"', '`', '$', '$HOME', `\${HOME}`, '$(id)', '`id`', '\\', '\\\\', '\\n', '\\$', '%s', '%'],
  ...['\n', '\r\n', '\r', '\t', ' ', '  ', '\\\n', '\n# a comment\n', '#', '\n\n', '\n \n'],
  ...['<<EOF', "<<-'EOF'", '\nEOF\n', '\nFROM scratch\n', '\nRUN false\n', '&&', '||', ';', '|', '&'],
  ...['!', '*', '?', '[a-z]', '{a,b}', '~', '(', ')', '<', '>', '=', ',', '{{x}}', '-e', '--', '---\n'],
  ...['é', 'ß', '日本語', '😀', '\u2028', '\u0085', '\ufeff', '\u00a0', '\u0001', '\u001b[0m', '\u007f'],
  ...['word', 'two words', '0644', 'null', '# syntax=x', '# escape=`'],
];

/** Texts that are known to go wrong somewhere. */
export const KNOWN_TEXTS = [
  '',
  '\n',
  '\n\n\n',
  ' ',
  ' leading\n',
  'trailing \n',
  '\ttabs\t\n',
  'no final newline',
  'CR LF\r\nagain\r\n',
  'one CR\rand the end\r',
  'it\'s "quoted" and `not`\n',
  `a=$HOME \${HOME} $(id) $$ $1 \\$x\n`,
  'ends in a backslash\\',
  'ends in a backslash\\\n',
  'a\\\nb\\\\\nc\n',
  '# a comment\n  # another\n\n#\n',
  'cat <<EOF\nhello\nEOF\n',
  '# syntax=docker/dockerfile:1\n# escape=`\n',
  'ünïcödé 日本語 😀\u2028\u0085\ufeff\n',
  '%s %d %% \\n \\0 \\c\n',
  '\u0001\u001b[31m\u007f\n',
  '-n\n-e\n--\n',
  '{{sh x}} {{{y}}} {{#each z}}\n',
  '\ufeffbyte order mark\n',
];

export type Random = () => number;

/** mulberry32: small, and the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Some pieces in a row. */
export function textFrom(random: Random, most = 8): string {
  return Array.from({ length: Math.floor(random() * (most + 1)) }, () => pick(PIECES, random)).join('');
}

export function bytesFrom(random: Random, most = 300): Uint8Array {
  return Uint8Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * 256));
}

/** Names of files that are no plain words. */
export const NAMES = [
  ...['a b', "it's", '"q"', '$HOME', '$x$', '$(id)', '`id`', '[x]', '*', '?', 'back\\slash', '#x'],
  ...[' leading', 'trailing ', '-n', '--chown=x', '~', '!x', ';id', 'a&&b', '{a,b}', 'a=b', 'a,b', '%s'],
  ...['ü', '日本語', '😀', 'e\u0301', '(x)', '<x>', '|x', 'a:b', '@x', '+x', '...', '<<EOF', "'", '\\'],
];
