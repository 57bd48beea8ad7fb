import { type Command, forEachChild, type PipelineNode, parse, type SyntaxNode } from 'unbash';
import { quoted } from '../../containerfile/quote.ts';
import type { Variables } from '../../containerfile/words.ts';
import { type Arg, literal, literalText } from './literal.ts';

/** A part of a script that runs, or does not, as a whole: a command, a pipeline, or what has a shape of its own. */
export interface Unit {
  /** As code for a `run` step, on as few lines as it has; undefined where none can say it. */
  readonly code: string | undefined;
  /** Where it is in the script. */
  readonly at: number;
  readonly end: number;
  /** Whether it runs only if the one before it succeeded. */
  readonly isChained: boolean;
  /** The simple commands of its pipeline; none where it is anything else. */
  readonly commands: readonly Command[];
}

/** A command with its words as they are known before it runs. */
export interface ShellCommand {
  readonly args: readonly Arg[];
  /** Variables for it alone, or for the shell where there are no args. */
  readonly assignments: readonly (readonly [string, string])[];
  readonly redirects: readonly { readonly operator: string; readonly to: string }[];
  /** What it reads, where that is a here-document. */
  readonly input?: string;
}

/** The units of a script in order; undefined where it is no shell script that anybody understands. */
export function unitsOf(script: string): readonly Unit[] | undefined {
  const parsed = parse(script);
  if (parsed.errors !== undefined && parsed.errors.length > 0) return undefined;
  const units: Unit[] = [];
  for (const statement of parsed.commands) {
    const { command } = statement;
    const nodes = command.type === 'AndOr' && !statement.background ? command : undefined;
    if (nodes === undefined || nodes.operators.includes('||')) {
      const opaque = {
        commands: [],
        code: hasHereDocument(statement) ? undefined : textOf(statement, script),
      };
      units.push({ ...unitOf(command, script, false), ...(statement.background && opaque) });
      continue;
    }
    for (const [index, node] of nodes.commands.entries()) units.push(unitOf(node, script, index > 0));
  }
  return units;
}

function unitOf(node: PipelineNode | SyntaxNode, script: string, isChained: boolean): Unit {
  const shared = { at: node.pos, end: node.end, isChained };
  if (node.type === 'Command') return { ...shared, code: codeOf([node], script), commands: [node] };
  if (node.type === 'Pipeline' && node.prefixes.length === 0 && !node.operators.includes('|&')) {
    const simple = node.commands.filter((command): command is Command => command.type === 'Command');
    if (simple.length === node.commands.length) {
      return { ...shared, code: codeOf(simple, script), commands: simple };
    }
  }
  const code = hasHereDocument(node) ? undefined : textOf(node, script);
  return { ...shared, code, commands: [] };
}

function textOf({ pos, end }: { readonly pos: number; readonly end: number }, script: string): string {
  return script.slice(pos, end);
}

/** Commands of a pipeline as code. A `run` step takes no here-document: what the first one reads is piped into it. */
function codeOf(commands: readonly Command[], script: string): string | undefined {
  const [first, ...others] = commands;
  if (others.some(hasHereDocument)) return undefined;
  const redirects = first!.redirects;
  const heredocs = redirects.filter((redirect) => redirect.type === 'HereDoc');
  if (heredocs.length > 1) return undefined;
  const texts = commands.map((command) =>
    [...command.prefix, ...(command.name === undefined ? [] : [command.name]), ...command.suffix]
      .filter((part) => part.type !== 'HereDoc')
      .map(({ pos, end }) => script.slice(pos, end))
      .join(' '),
  );
  const heredoc = heredocs[0];
  if (heredoc === undefined) return texts.join(' | ');
  if (heredoc.descriptor !== undefined) return undefined;
  const body = strippedBody(heredoc.body.text, heredoc.operator);
  const isData = heredoc.delimiter?.quoted === true || !/[\\$`]/.test(body);
  // Within double quotes a text is read as in a here-document, but for the double quote itself.
  const text = isData ? quoted(body) : /\\"/.test(body) ? undefined : `"${body.replaceAll('"', '\\"')}"`;
  return text === undefined ? undefined : [`printf %s ${text}`, ...texts].join(' | ');
}

function strippedBody(text: string, operator: string): string {
  return operator === '<<-' ? text.replaceAll(/^\t+/gm, '') : text;
}

function hasHereDocument(node: SyntaxNode): boolean {
  let found = node.type === 'HereDoc';
  forEachChild(node, (child) => {
    found ||= hasHereDocument(child);
  });
  return found;
}

/** A unit's commands with their words, as far as all of them are known. */
export function resolve(unit: Unit, variables: Variables): readonly ShellCommand[] | undefined {
  const commands = unit.commands.map((command) => resolveOne(command, variables));
  return commands.every((command) => command !== undefined) && commands.length > 0 ? commands : undefined;
}

function resolveOne(command: Command, variables: Variables): ShellCommand | undefined {
  const args: Arg[] = [];
  const assignments: (readonly [string, string])[] = [];
  const redirects: { operator: string; to: string }[] = [];
  let input: string | undefined;
  const words = [...command.prefix, ...(command.name === undefined ? [] : [command.name]), ...command.suffix];
  for (const word of words) {
    if (word.type === 'Word') {
      const found = literal(word, variables);
      if (found === undefined) return undefined;
      args.push(...found);
    } else if (word.type === 'Assignment') {
      const found = word.value.type === 'Word' ? literal(word.value, variables) : undefined;
      if (word.append || word.index !== undefined || found === undefined || found.length > 1)
        return undefined;
      assignments.push([word.name, found[0]?.text ?? '']);
    } else if (word.type === 'Redirect') {
      const found = word.target === undefined ? undefined : literal(word.target, variables);
      if (found?.length !== 1 || found[0]!.isGlob || word.descriptor?.type === 'FileDescriptorVariable')
        return undefined;
      const descriptor = word.descriptor?.value ?? (word.operator.startsWith('<') ? 0 : 1);
      redirects.push({ operator: `${descriptor}${word.operator}`, to: found[0]!.text });
    } else if (word.type === 'HereDoc' && word.descriptor === undefined && input === undefined) {
      const { text, parts } = word.body;
      if (word.delimiter?.quoted === true) input = text;
      else if (/\\/.test(text)) return undefined;
      else input = parts === undefined ? text : literalText(parts, variables);
      if (input === undefined) return undefined;
      input = strippedBody(input, word.operator);
    } else return undefined;
  }
  return { args, assignments, redirects, ...(input !== undefined && { input }) };
}

/** Whether a command does nothing with its streams but what is usual. */
export function isQuiet(command: ShellCommand): boolean {
  return command.redirects.every(({ to }) => to === '/dev/null' || /^[12]$/.test(to));
}
