import Handlebars from 'handlebars';
import type { Command } from './instruction.ts';
import { sh } from './quote.ts';

// Stand-ins while Handlebars prints. Halves of a surrogate pair cannot occur in a well-formed string, so no value has them.
const NEWLINE = '\ud800';
const BREAK = '\ud801';
// Whole pairs begin with the same halves: only expressions with the flag u tell them apart.
const NEWLINES = /\u{d800}/gu;
const BREAKS = /\u{d801}/u;

/** A command longer than this is printed an argument a line. */
const WIDTH = 100;

const environment = Handlebars.create();
const HELPERS: Record<string, Handlebars.HelperDelegate> = {
  /** One argument. */
  sh: (value: string) => quote(value),
  /** Several arguments. */
  words: (values: readonly string[]) => join(values),
  /** The lines of a text, an argument each. The text ends in a newline, as text files do. */
  lines: (text: string) => column(text.slice(0, -1).split('\n').map(quote)),
};
environment.registerHelper(HELPERS);

function quote(value: string): string {
  return sh(value).replaceAll('\n', NEWLINE);
}

/** One below the other, so that they read as the text that they are. */
function column(quoted: readonly string[]): string {
  return quoted.length > 1 ? `${BREAK}${quoted.join(BREAK)}` : quoted.join('');
}

function join(values: readonly string[]): string {
  const quoted = values.map(quote);
  const oneLine = quoted.join(' ');
  return oneLine.length > WIDTH ? quoted.join(BREAK) : oneLine;
}

/** What a template is given: lists may be readonly. */
type View<T> = { readonly [Key in keyof T]: T[Key] extends (infer Item)[] ? readonly Item[] : T[Key] };

/**
 * Shell commands, one a line, from a Handlebars template. `skeleton` has a value wherever the template may ask for one:
 * Handlebars lets misspelt names in `each`, `if` and helpers' arguments pass, so every path is looked up there before the
 * first use, and so is that every value is quoted.
 */
export function shellTemplate<Skeleton extends object>(
  source: string,
  skeleton: Skeleton,
): (view: View<Skeleton>) => Command[] {
  let render: Handlebars.TemplateDelegate<View<Skeleton>> | undefined;
  return (view) => {
    render ??= compile(source, skeleton);
    return render(view)
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => line.split(BREAKS).map((piece) => piece.trim().replaceAll(NEWLINES, '\n')));
  };
}

function compile<View>(source: string, skeleton: object): Handlebars.TemplateDelegate<View> {
  const parsed = Handlebars.parse(source);
  checkStatements(parsed.body, [skeleton]);
  return environment.compile<View>(parsed, {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: { sh: true, words: true, lines: true },
  });
}

function checkStatements(statements: readonly hbs.AST.Statement[], scope: readonly unknown[]): void {
  for (const statement of statements) {
    if (statement.type === 'ContentStatement') {
      checkContent((statement as hbs.AST.ContentStatement).value);
      continue;
    }
    if (statement.type === 'MustacheStatement') checkValue(statement as hbs.AST.MustacheStatement, scope);
    else if (statement.type === 'BlockStatement') checkBlock(statement as hbs.AST.BlockStatement, scope);
    else throw new Error(`a shell template may not have a ${statement.type}`);
  }
}

/** A value that is quoted once more by the template around it is not quoted at all. */
function checkContent(text: string): void {
  if (/['"]/.test(text.replaceAll(/'[^']*'|"[^"]*"/g, ''))) {
    throw new Error(`a shell template must close its quotes before a value: ${text.trim()}`);
  }
}

/** A value stands in a template as `{{sh value}}` or with another of the helpers, never bare. */
function checkValue(statement: hbs.AST.MustacheStatement, scope: readonly unknown[]): void {
  const helper = (statement.path as hbs.AST.PathExpression).original;
  if (!Object.hasOwn(HELPERS, helper) || statement.params.length !== 1 || statement.hash !== undefined) {
    throw new Error(`a shell template must quote {{${helper}}} by one of ${Object.keys(HELPERS).join(', ')}`);
  }
  const found = lookUp(statement.params[0] as hbs.AST.PathExpression, scope);
  const fits = helper === 'words' ? Array.isArray(found) : typeof found === 'string';
  if (!fits) throw new Error(`a shell template gives {{${helper}}} what it does not take`);
}

function checkBlock(block: hbs.AST.BlockStatement, scope: readonly unknown[]): void {
  const name = (block.path as hbs.AST.PathExpression).original;
  if (name !== 'each' && name !== 'if' && name !== 'unless') {
    throw new Error(`a shell template may not have a block {{#${name}}}`);
  }
  if (block.params.length !== 1) throw new Error(`{{#${name}}} takes one value`);
  const found = lookUp(block.params[0] as hbs.AST.PathExpression, scope);
  if (name !== 'each') checkStatements(block.program.body, scope);
  else if (Array.isArray(found) && found.length > 0)
    checkStatements(block.program.body, [found[0], ...scope]);
  else throw new Error(`{{#each}} needs a list with an element in the skeleton`);
  if (block.inverse) checkStatements(block.inverse.body, scope);
}

function lookUp(path: hbs.AST.PathExpression, scope: readonly unknown[]): unknown {
  if (path.type !== 'PathExpression' || path.data)
    throw new Error('a shell template takes its values from the view only');
  let found = scope[path.depth];
  if (found === undefined)
    throw new Error(`a shell template asks for ${path.original}, which is above its view`);
  for (const part of path.parts) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, String(part))) {
      throw new Error(`a shell template asks for ${path.original}, which its view does not have`);
    }
    found = (found as Record<string, unknown>)[String(part)];
  }
  return found;
}
