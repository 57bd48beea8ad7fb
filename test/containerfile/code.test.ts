import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argvCommand, codeCommand, isShellsOwn } from '../../src/containerfile/code.ts';
import { shellText } from '../../src/containerfile/print.ts';
import { sh } from '../../src/containerfile/quote.ts';
import { runIn, SHELLS, type Shell } from './shells.ts';

const text = (code: string) => shellText([codeCommand(code)]);

/** Commands around the user's, as in a RUN: each says where it is and what it sees. */
const BEFORE = ["printf 'before\\n'"];
const AFTER = [`printf '%s\\n' "after $- $PWD \${x-unset} $(umask)" "$PATH"`];

/** What each of the commands in a RUN prints by itself. */
function alone(shell: Shell, code: string) {
  const own = runIn(shell, code, true);
  const before = runIn(shell, BEFORE[0]!);
  const after = own.code === 0 ? runIn(shell, AFTER[0]!).stdout : '';
  return { fails: own.code !== 0, stdout: `${before.stdout}${own.stdout}${after}` };
}

function together(shell: Shell, code: string) {
  const { code: status, stdout } = runIn(shell, shellText([BEFORE, codeCommand(code), AFTER]));
  return { fails: status !== 0, stdout };
}

const CODES = [
  'echo a',
  'echo a && echo b',
  'echo a | cat',
  'true && false && echo never',
  'false',
  'echo a; false; echo never',
  'false; echo never',
  'false || echo b',
  'true || echo never',
  'echo a || true && false',
  'sleep 0 & wait',
  'echo a > /dev/null &',
  'echo a # a comment',
  '# only a comment',
  'echo a #',
  'echo "a" \'b\' $HOME',
  'echo "unclosed',
  "echo 'unclosed",
  'echo `echo a',
  'echo $(echo a',
  'echo a &&',
  'echo a |',
  'echo a ||',
  '&& echo a',
  '; echo a',
  'echo a\\',
  'echo a\\ ',
  'echo a \\\n  b \\\n  c',
  'echo a \\\n',
  'echo a \\\n\\\n',
  'echo a \\\\\n',
  'echo a\n\n  \n',
  'echo a\necho b',
  'false\necho never',
  '# a comment\necho a\n# another \\\necho b',
  'cat <<EOF\nhello $x\nEOF',
  "cat <<'EOF'\n$(id) `id` \\ \" ' \n\nEOF\n",
  'if true; then\n  echo a\nfi',
  'for i in 1 2; do echo $i; done',
  'while read line; do echo "$line"; done < /dev/null',
  'case a in a) echo yes ;; esac',
  '{ echo a; exit 0; }',
  '(exit 0)',
  '(exit 3)',
  'exit 0',
  'exit 1',
  'return 0',
  'exec true',
  'exec echo a',
  'eval exit 0',
  'e"x"it 0',
  'ex\\it 0',
  '. /dev/null',
  'break',
  'cd /tmp',
  'cd / && pwd',
  'x=1',
  'x=1 && echo $x',
  'PATH=/nowhere',
  'export PATH=/nowhere',
  'unset PATH',
  'umask 077',
  'set -f',
  'set +e; false; true',
  'trap "echo trapped" EXIT',
  'alias printf=false',
  'printf() { false; }',
  'function printf { false; }',
  'readonly PATH',
  'shift',
  'read x < /dev/null',
  'printf -v x y',
  'command cd /tmp',
  'hash -r',
  'time true',
  ': "${x:=1}"',
  'echo "$((x=5))"',
  'echo "${x?no}"',
  "echo $'a\\'' '",
  'echo $"a"',
  'echo "`echo a`"',
  'echo "$(echo ")")"',
  '[ -d / ]',
  '[ -f / ]',
  '[[ -d / ]]',
  '! true',
  '! false',
  '--version',
  '-c "echo a"',
  '+x',
  'echo [a-z]* ? ~',
  'echo 2>&1 a',
  'echo a >&2',
  'echo a > /dev/null',
  'echo a >/dev/null 2>&1',
  'echo {a,b}',
  'echo a!b',
  'echo "a\tb"',
  'echo a\u00a0',
  'echo a\r\necho b\r\n',
  'echo \u001b[31mred',
  'echo ü 文 😀',
  'if',
  'then',
  'fi',
  'done',
  '}',
  ')',
  ';;',
];

/** Ill-assorted parts: most make code that fails, and it has to fail in the RUN as well. */
const PARTS = fc.constantFrom(
  ...[
    'echo a',
    'echo b',
    'true',
    'false',
    ':',
    'x=1',
    'cd /tmp',
    'exit 0',
    'cat',
    'printf %s',
    '$x',
    '"$x"',
    "'a b'",
  ],
  ...[
    ' ',
    ' ',
    ' ',
    ' && ',
    ' || ',
    ';',
    ' | ',
    '\n',
    '\\\n',
    '\\',
    ' # ',
    '(',
    ')',
    '{ ',
    '; }',
    '"',
    "'",
    '`',
    '$(',
  ],
  ...[
    '2>&1',
    '>&2',
    '-',
    '--',
    '[',
    ' ]',
    '!',
    '=',
    'if ',
    '; then ',
    '; fi',
    'for i in 1',
    '; do ',
    '; done',
    '\t',
  ],
);
const CODE = fc
  .array(PARTS, { minLength: 1, maxLength: 9 })
  .map((parts) => parts.join(''))
  // What runs in the background has no order, and an endless loop no end.
  .filter((code) => code.trim() !== '' && !/(?<![&>])&(?![&0-9])|\\>|while|until/.test(code));

describe("a user's code", () => {
  it.each(CODES)('%j does as it does alone, and so do the commands around it', (code) => {
    for (const shell of SHELLS) {
      expect(together(shell, code), shell.name).toEqual(alone(shell, code));
    }
  });

  it('does so whatever it is', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(CODE, fc.constantFrom(...SHELLS), (code, shell) => {
        expect(together(shell, code)).toEqual(alone(shell, code));
      }),
      { seed: 4, numRuns: process.env.LAYERS_SOAK === '1' ? 4_000 : 400 },
    );
  });

  it.each([
    'update-crypto-policies --set FUTURE',
    'mkdir -p /usr/lib/agent && cp -a /opt/agent/. /usr/lib/agent',
    "sed -i 's/^#Port 22$/Port 2222/' /etc/ssh/sshd_config",
    'rpm -qa | sort > /usr/share/packages.txt',
    'dracut --force --kver "$KVER" 2>&1 | tail -n 5',
    'dd if=/dev/zero of=/a bs=1 count=1',
    'make -C /src all "CC=gcc -O2"',
  ])('%s stays as it was written', (code) => {
    expect(codeCommand(code)).toEqual([code]);
    expect(codeCommand(`${code}\n`)).toEqual([code]);
  });

  it('of several lines is printed a line each', () => {
    expect(codeCommand('if true; then\n  echo "a"\nfi\n')).toEqual([
      `sh -ec "$(printf '%s\\n'`,
      "'if true; then'",
      `'  echo "a"'`,
      'fi)"',
    ]);
  });
});

describe('a program and its arguments', () => {
  it.each([
    [['-x', 'y'], "'-x' y"],
    [['A=b', 'c'], "'A=b' c"],
    [['if', 'a'], "'if' a"],
    [['ln', '-s', '/a b', '/c'], "ln -s '/a b' /c"],
    [['', 'a'], "'' a"],
    [["-it's"], String.raw`'-it'\''s'`],
  ])('%j', (argv, printed) => expect(argvCommand(argv)).toEqual([printed]));

  it('reach the program exactly as given', () => {
    const argument = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(argument), fc.constantFrom(...SHELLS), (args, shell) => {
        const { stdout } = runIn(
          shell,
          shellText([BEFORE, argvCommand(['env', 'printf', '%s\\0', ...args, '']), AFTER]),
        );
        const said = stdout.slice('before\n'.length);
        expect(said.startsWith(`${[...args, ''].join('\0')}\0`)).toBe(true);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('cannot be what only a shell can do', () => {
    expect(['cd', 'exit', 'export', '.', 'exec'].every(isShellsOwn)).toBe(true);
    expect(['ln', 'test', 'echo', 'printf', 'sh', 'env'].some(isShellsOwn)).toBe(false);
  });
});

it('hands what is not plain to a shell of its own', () => {
  expect(text('cd /opt && make')).toBe(`sh -ec ${sh('cd /opt && make')}`);
  expect(text('--version')).toBe('sh -ec -- --version');
});
