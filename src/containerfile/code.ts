import type { Command } from './instruction.ts';
import { quoted, sh } from './quote.ts';

/**
 * Users' own code as one command of a RUN. Plain commands stay as they were written. What would change the meaning of
 * the commands around it, or what the Containerfile's parser reads in its own way (`;`, `||`, a comment, a
 * here-document, an open quote, `cd`, several lines), is handed to a shell of its own, which stops at the first failure.
 */
export function codeCommand(code: string): Command {
  const text = withoutEnd(code);
  if (isPlain(text)) return [text];
  const lines = text.split('\n');
  const shell = /^[-+]/.test(text) ? 'sh -ec --' : 'sh -ec';
  if (lines.length === 1) return [`${shell} ${sh(text)}`];
  return [`${shell} "$(printf '%s\\n'`, ...lines.slice(0, -1).map(sh), `${sh(lines.at(-1)!)})"`];
}

/** A program and its arguments, each exactly as given. */
export function argvCommand([program = '', ...args]: readonly string[]): Command {
  // Bare, these words would be the shell's own, an assignment, or an option of RUN.
  const name = SHELL_WORDS.has(program) || /^-|=/.test(program) ? quoted(program) : sh(program);
  return [[name, ...args.map(sh)].join(' ')];
}

/** Whether a command changes the shell that it runs in, or leaves it: no program can do that. */
export function isShellsOwn(program: string): boolean {
  return SHELL_BUILTINS.has(program);
}

const SHELL_BUILTINS = new Set(
  `. source eval exec exit return break continue cd pushd popd export readonly declare typeset local let set shopt
  unset shift trap umask ulimit alias unalias hash read mapfile readarray getopts wait command builtin enable
  bg fg jobs disown suspend logout`.split(/\s+/),
);
const SHELL_WORDS = new Set(
  `if then elif else fi for select while until do done case esac in function time coproc`.split(' '),
);

/** A word without anything for a shell to carry out but globs, redirections and `$name`. */
const HARMLESS =
  /^(?:[^\\'"`$;&|<>(){}!#]|>&[0-9]|[<>]|\$[A-Za-z_]\w*|\\[^\n]|'[^']*'|"(?:[^"\\`$]|\\.|\$[A-Za-z_]\w*)*")*$/s;

/** Simple commands, pipes and `&&`: nothing that reaches beyond itself. */
function isPlain(text: string): boolean {
  if (/[^\S \t]|<<|\s$/.test(text)) return false;
  const quotes = /\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs;
  // Of the same length, so that the pieces of one are those of the other.
  const masked = text.replaceAll(quotes, (part) => 'q'.repeat(part.length));
  let start = 0;
  for (const { 0: separator, index } of [...masked.matchAll(/&&|\|/g), { 0: '', index: text.length }]) {
    if (!isSimple(text.slice(start, index).trim())) return false;
    start = index + separator.length;
  }
  return true;
}

function isSimple(text: string): boolean {
  const [program = ''] = text.split(/[ \t]/);
  return (
    /^[A-Za-z0-9_./][A-Za-z0-9_./+-]*$/.test(program) &&
    !SHELL_WORDS.has(program) &&
    !SHELL_BUILTINS.has(program) &&
    // Bash's `printf -v` sets a variable.
    !/^printf[ \t]+-/.test(text) &&
    HARMLESS.test(text)
  );
}

/** Without final blanks, as a block of YAML has them, unless they are escaped; a last line that is continued by nothing ends. */
function withoutEnd(code: string): string {
  const text = code.replace(/(?<!\\)((?:\\\\)*)(?:\\\n[ \t\n]*)+$/, '$1');
  const trimmed = text.replace(/[ \t\n]+$/, '');
  return /(?<!\\)(?:\\\\)*\\$/.test(trimmed) ? text.slice(0, trimmed.length + 1) : trimmed;
}
