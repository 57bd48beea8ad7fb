import type { DoubleQuotedChild, Word, WordPart } from 'unbash';
import type { Variables } from '../../containerfile/words.ts';
import { expandBraces } from './braces.ts';

/** A word as a program gets it. */
export interface Arg {
  readonly text: string;
  /** Whether the shell would look for files of this pattern. */
  readonly isGlob: boolean;
}

const PLAIN: Arg = { text: '', isGlob: false };

/** What a shell makes of a word, as far as that is known before it runs: undefined where it is not. */
export function literal(word: Word, variables: Variables): readonly Arg[] | undefined {
  if (word.text.startsWith('~')) return undefined;
  if (word.parts === undefined) return [{ text: word.value, isGlob: false }];
  const only = word.parts.length === 1 ? expansion(word.parts[0]!, variables) : undefined;
  // Alone and without quotes a value is split at its blanks, and is no word where it is empty.
  if (only !== undefined) {
    if (/[*?[\\]/.test(only)) return undefined;
    return only.split(/[ \t\n]+/).flatMap((text) => (text === '' ? [] : { text, isGlob: false }));
  }
  let words: Arg[] = [PLAIN];
  for (const part of word.parts) {
    const alternatives = partOf(part, variables);
    if (alternatives === undefined) return undefined;
    words = words.flatMap((before) =>
      alternatives.map(({ text, isGlob }) => ({
        text: before.text + text,
        isGlob: before.isGlob || isGlob,
      })),
    );
  }
  return words;
}

/** The text of a here-document, with its variables' values. */
export function literalText(parts: readonly WordPart[], variables: Variables): string | undefined {
  return joined(parts as readonly DoubleQuotedChild[], variables);
}

function partOf(part: WordPart, variables: Variables): readonly Arg[] | undefined {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ text: part.value, isGlob: false }];
    case 'DoubleQuoted': {
      const text = joined(part.parts, variables);
      return text === undefined ? undefined : [{ text, isGlob: false }];
    }
    case 'Glob':
      return [{ text: part.text, isGlob: true }];
    case 'BraceExpansion':
      return expandBraces(part.text)?.map((text) => ({ text, isGlob: /[*?[]/.test(text) }));
    default: {
      const value = expansion(part, variables);
      return value === undefined || /[\s*?[\\]/.test(value) ? undefined : [{ text: value, isGlob: false }];
    }
  }
}

function joined(parts: readonly DoubleQuotedChild[], variables: Variables): string | undefined {
  let text = '';
  for (const part of parts) {
    const value = part.type === 'Literal' ? part.value : expansion(part, variables);
    if (value === undefined) return undefined;
    text += value;
  }
  return text;
}

function expansion(part: WordPart, variables: Variables): string | undefined {
  if (part.type === 'SimpleExpansion') return variables.get(part.text.slice(1));
  if (part.type !== 'ParameterExpansion' || part.prefix !== undefined || part.index !== undefined)
    return undefined;
  const value = variables.get(part.parameter);
  if (part.operation === undefined) return value;
  // Only with a value: what is not known here may be set in the base.
  const keeps = part.operation.type === 'Default' && [':-', '-'].includes(part.operation.operator);
  return keeps && value !== '' ? value : undefined;
}
