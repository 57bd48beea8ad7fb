import type * as z from 'zod';
import { type Diagnostic, failure, type Origin } from '../diagnostics.ts';
import { nearest, suggest } from '../values/suggest.ts';
import { show } from '../values/value.ts';
import { keysAt } from './keys.ts';
import { KNOWN_MISTAKES } from './known-mistakes.ts';
import { findIllFormed } from './well-formed.ts';

type Issue = z.core.$ZodIssue;

/** What a schema's own rule may say of its issue. */
interface Params {
  readonly hint?: string;
  readonly code?: string;
}

/** What a schema makes of a value, or everything that is wrong with it, each at its place. */
export function parseSpec<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  origin: Origin,
): { value?: z.output<Schema>; diagnostics: Diagnostic[] } {
  const result = schema.safeParse(data, { reportInput: true });
  if (!result.success) return { diagnostics: explainAll(result.error.issues, [], schema, origin) };
  const illFormed = findIllFormed(data);
  if (illFormed === undefined) return { value: result.data, diagnostics: [] };
  return {
    diagnostics: failure('input', 'invalid-value', 'this text has half of a character (a lone surrogate)', {
      hint: 'No UTF-8 can say that: write the character in full.',
      origin: { ...origin, path: [...(origin.path ?? []), ...illFormed] },
    }).diagnostics as Diagnostic[],
  };
}

function explainAll(
  issues: readonly Issue[],
  parent: readonly PropertyKey[],
  schema: z.ZodType,
  origin: Origin,
): Diagnostic[] {
  // A misspelt kind is not also a missing one.
  const misspelt = new Set(
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.path.join('.') : [])),
  );
  return issues
    .filter(
      (issue) => !(issue.code === 'custom' && issue.params?.isMissing && misspelt.has(issue.path.join('.'))),
    )
    .flatMap((issue) => explain(issue, parent, schema, origin));
}

function explain(
  issue: Issue,
  parent: readonly PropertyKey[],
  schema: z.ZodType,
  origin: Origin,
): Diagnostic[] {
  const path = [...parent, ...issue.path] as (string | number)[];
  const at = (
    message: string,
    code: string,
    hint?: string,
    keys: (string | number)[] = path,
  ): Diagnostic => ({
    code,
    severity: 'error',
    source: 'input',
    message,
    ...(hint !== undefined && { hint }),
    origin: { ...origin, path: [...(origin.path ?? []), ...keys] },
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(schema, path);
        return at(
          `${/^[\w.-]+$/.test(key) ? key : show(key)} is not known here`,
          'unknown-key',
          meantKey(key, known),
          [...path, key],
        );
      });
    case 'invalid_union': {
      // The alternative that fits the value's shape has the errors that help.
      const branches = issue.errors.filter((errors) => !errors.some((error) => isShapeMismatch(error)));
      if (branches.length === 1) return explainAll(branches[0]!, path, schema, origin);
      const expected = issue.errors.flatMap((errors) => errors.filter(isShapeMismatch).map(expectation));
      return [
        at(
          `this is ${describe(issue.input)}, where ${[...new Set(expected)].join(' or ')} belongs`,
          'wrong-type',
        ),
      ];
    }
    case 'invalid_type':
      if (issue.input === undefined)
        return [at(`${String(path.at(-1) ?? 'the document')} is missing`, 'missing-key')];
      return [
        at(
          `this is ${describe(issue.input)}, where ${expectation(issue)} belongs`,
          'wrong-type',
          typeHint(issue),
        ),
      ];
    case 'invalid_value':
      if (issue.input === undefined) return [at(`${String(path.at(-1))} is missing`, 'missing-key')];
      return [
        at(
          `this must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`,
          'invalid-value',
          typeof issue.input === 'string' ? meantValue(issue.input, issue.values.map(String)) : undefined,
        ),
      ];
    case 'too_small':
      if (typeof issue.input === 'number')
        return [at(`this must be at least ${issue.minimum}`, 'invalid-value')];
      return [at(issue.origin === 'string' ? 'this text is empty' : 'this list is empty', 'invalid-value')];
    case 'invalid_key':
      return explainAll(issue.issues, path, schema, origin);
    default: {
      const { hint, code } = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as Params;
      return [at(issue.message, code ?? 'invalid-value', hint)];
    }
  }
}

/** Whether an alternative was meant for another type of value altogether. */
function isShapeMismatch(error: Issue): boolean {
  return error.path.length === 0 && (error.code === 'invalid_type' || error.code === 'invalid_value');
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ');
  const names: Record<string, string> = {
    string: 'text',
    object: 'a mapping',
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
  };
  return issue.code === 'invalid_type' ? (names[issue.expected] ?? `a ${issue.expected}`) : 'another value';
}

function describe(input: unknown): string {
  if (input === null) return 'empty';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a mapping';
  if (typeof input === 'string') return 'text';
  return `the ${typeof input} ${String(input)}`;
}

function typeHint(issue: Issue & { code: 'invalid_type' }): string | undefined {
  if (issue.expected !== 'string') return undefined;
  if (typeof issue.input === 'number')
    return 'Put it in quotes: YAML reads 4.20 as the number 4.2, and takes the zero of 0644 away.';
  if (typeof issue.input === 'boolean') return 'Put it in quotes.';
  return undefined;
}

/** What a key that is not known here was meant for. */
function meantKey(key: string, known: readonly string[]): string | undefined {
  return KNOWN_MISTAKES.get(key) ?? suggest(key, known);
}

/** What a value that is none of those allowed was meant for. */
function meantValue(value: string, allowed: readonly string[]): string | undefined {
  return KNOWN_MISTAKES.get(value) ?? nearest(value, allowed);
}
