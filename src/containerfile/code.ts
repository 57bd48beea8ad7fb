import type { Command } from './instruction.ts';
import { sh } from './quote.ts';

/**
 * Users' own code as one command of a RUN. Plain commands stay as they were written. What would change the meaning of
 * the commands around it, or what the Containerfile's parser reads in its own way (`;`, `||`, a comment, a
 * here-document, an open quote, several lines), is handed to a shell of its own, which stops at the first failure.
 */
export function codeCommand(code: string): Command {
  const text = code.replace(/\s+$/, '');
  if (isPlain(text)) return [text];
  const lines = text.split('\n');
  if (lines.length === 1) return [`sh -ec ${sh(text)}`];
  return [`sh -ec "$(printf '%s\\n'`, ...lines.slice(0, -1).map(sh), `${sh(lines.at(-1)!)})"`];
}

/** A program and its arguments, each exactly as given. */
export function argvCommand(argv: readonly string[]): Command {
  return [argv.map(sh).join(' ')];
}

/** Simple commands, pipes and `&&`, with balanced quotes: nothing that reaches beyond itself. */
function isPlain(text: string): boolean {
  if (/^[\s[#-]/.test(text) || /[\r\n]|<<|\\$/.test(text)) return false;
  const withoutQuotes = text.replaceAll(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, 'q');
  return (
    !/['"`;#()!{}]|\|\||(?<!&)&(?!&)|\b(?:if|for|while|until|case|exit|exec)\b/.test(withoutQuotes) &&
    !/&&\s*$|\|\s*$/.test(withoutQuotes)
  );
}
