import { DockerfileParser } from 'dockerfile-ast';
import { maskQuoted } from './mask-quoted.ts';

/** A here-document of a RUN, COPY or ADD. */
export interface HereDocument {
  readonly name: string;
  /** Its lines, each with its end; without their tabs where it begins with `<<-`. */
  readonly content: string;
  /** Whether its name is quoted: then nothing in it is expanded. */
  readonly isQuoted: boolean;
}

/** An instruction as it was written, its continued lines joined. */
export interface ParsedInstruction {
  /** In capitals. */
  readonly keyword: string;
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** What comes after the keyword and the flags. */
  readonly text: string;
  readonly heredocs: readonly HereDocument[];
  /** Of a RUN with here-documents: their lines as they are. */
  readonly body: string;
  /** The first line and the last, from 1. */
  readonly lines: readonly [number, number];
  /** Where it begins in the file. */
  readonly offset: number;
  /** The lines of comment right above it. */
  readonly comments: readonly string[];
  /** Comments between its lines, each with the place in `text` that it stands before. */
  readonly inner: readonly { readonly at: number; readonly text: string }[];
  /** The line that a place in `text` is on. */
  lineOf(at: number): number;
}

export interface ParsedContainerfile {
  readonly instructions: readonly ParsedInstruction[];
  /** The character that continues lines: a backslash, or what `# escape=` says. */
  readonly escaping: string;
}

const WITH_FLAGS = new Set(['FROM', 'RUN', 'COPY', 'ADD', 'HEALTHCHECK']);

/** The instructions of a Containerfile. What they mean is not its matter. */
export function parseContainerfile(text: string): ParsedContainerfile {
  const escaping = DockerfileParser.parse(text).getEscapeCharacter();
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const file = DockerfileParser.parse(maskQuoted(text, escaping));
  const instructions = file.getInstructions().flatMap((instruction): ParsedInstruction | [] => {
    const { start, end } = instruction.getRange();
    const heredocs =
      'getHeredocs' in instruction ? heredocsOf(instruction as unknown as WithHeredocs, lines) : [];
    const bodyFrom = heredocs[0]?.from ?? end.line + 1;
    const joined = join(lines.slice(start.line, bodyFrom), escaping);
    const found = /^\s*(\S+)\s*/.exec(joined.text);
    // A lone backslash goes on in nothing.
    if (found === null) return [];
    const keyword = found[1]!;
    const head = found[0].length;
    const { flags, length } = WITH_FLAGS.has(keyword.toUpperCase())
      ? flagsOf(joined.text.slice(head))
      : { flags: [], length: 0 };
    const begin = head + length;
    return {
      keyword: keyword.toUpperCase(),
      flags,
      text: joined.text.slice(begin),
      heredocs,
      body: heredocs.length === 0 ? '' : `${lines.slice(bodyFrom, end.line + 1).join('\n')}\n`,
      lines: [start.line + 1, end.line + 1],
      offset: offsetOf(text, start.line) + start.character,
      comments: commentsAbove(lines, start.line),
      inner: joined.inner.map(({ at, text }) => ({ at: Math.max(0, at - begin), text })),
      lineOf: (at) => start.line + 1 + joined.lineOf(at + begin),
    };
  });
  return { instructions, escaping };
}

interface WithHeredocs {
  getHeredocs(): {
    getName(): string;
    getStartRange(): { start: { line: number; character: number }; end: { character: number } };
    getContentRange(): { start: { line: number }; end: { line: number; character: number } } | null;
  }[];
}

function heredocsOf(instruction: WithHeredocs, lines: readonly string[]) {
  return instruction.getHeredocs().map((heredoc) => {
    const { start, end } = heredoc.getStartRange();
    const operator = lines[start.line]!.slice(start.character, end.character);
    const range = heredoc.getContentRange();
    const content = range === null ? [] : lines.slice(range.start.line, range.end.line + 1);
    const strips = operator.startsWith('<<-');
    return {
      name: heredoc.getName(),
      content: content.map((line) => `${strips ? line.replace(/^\t+/, '') : line}\n`).join(''),
      isQuoted: /['"\\]/.test(operator),
      from: range?.start.line ?? start.line + 1,
    };
  });
}

/** Lines that end in the escape character go on in the next; blanks after it do not count, nor do comments and empty lines. */
function join(lines: readonly string[], escaping: string) {
  const continued = new RegExp(`${escaping === '`' ? '`' : '\\\\'}[ \\t]*$`);
  const inner: { at: number; text: string }[] = [];
  const starts: number[] = [];
  let text = '';
  for (const [index, line] of lines.entries()) {
    starts.push(text.length);
    const comment = /^\s*#\s?(.*)$/.exec(line);
    if (index > 0 && comment !== null) inner.push({ at: text.length, text: comment[1]!.trim() });
    else if (index === 0 || line.trim() !== '') text += line.replace(continued, '');
  }
  const lineOf = (at: number) => starts.findLastIndex((start) => start <= at);
  return { text: text.trimEnd(), inner, lineOf };
}

function flagsOf(text: string) {
  const flags: { name: string; value: string }[] = [];
  let length = 0;
  for (;;) {
    const found = /^--([a-z][a-z-]*)(?:=("[^"]*"|\S*))?(?:\s+|$)/.exec(text.slice(length));
    if (found === null) return { flags, length };
    flags.push({ name: found[1]!, value: (found[2] ?? '').replace(/^"(.*)"$/, '$1') });
    length += found[0].length;
  }
}

/** Directives to parsers and linters say nothing to people. */
const DIRECTIVE = /^(?:syntax|escape|check)\s*=|^hadolint\b|^(?:shellcheck|checkov|trivy):?\b/i;

function commentsAbove(lines: readonly string[], line: number): string[] {
  const comments: string[] = [];
  for (let above = line - 1; above >= 0; above--) {
    const found = /^\s*#\s?(.*)$/.exec(lines[above]!);
    if (found === null) break;
    comments.unshift(found[1]!.trim());
  }
  return comments.filter((comment) => comment !== '' && !DIRECTIVE.test(comment));
}

function offsetOf(text: string, line: number): number {
  let offset = 0;
  for (let n = 0; n < line; n++) offset = text.indexOf('\n', offset) + 1;
  return offset;
}
