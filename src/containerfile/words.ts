/** What is known of variables: a name without a value was declared, and given none. */
export type Variables = ReadonlyMap<string, string | undefined>;

/** Words as ARG, ENV, LABEL, COPY and FROM read them, or the name of the variable that has no value. */
export type Expanded = { readonly words: readonly string[] } | { readonly missing: string };

/**
 * Splits at blanks outside of quotes, takes quotes and escapes away, and puts variables' values in: a language of its own,
 * which only looks like the shell's.
 */
export function expandWords(text: string, variables: Variables, escaping = '\\'): Expanded {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (character === quote) quote = '';
    else if (quote === '' && (character === "'" || character === '"')) quote = character;
    else if (character === escaping && quote !== "'" && at + 1 < text.length) {
      const next = text[++at]!;
      // Within double quotes only these need it.
      word += quote === '"' && !['"', '$', escaping].includes(next) ? `${escaping}${next}` : next;
    } else if (character === '$' && quote !== "'") {
      const found = variableAt(text, at, variables, escaping);
      if ('missing' in found) return found;
      word += found.value;
      at += found.length - 1;
    } else word += character;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function variableAt(
  text: string,
  at: number,
  variables: Variables,
  escaping: string,
): { value: string; length: number } | { missing: string } {
  const rest = text.slice(at);
  const plain = /^\$([A-Za-z_]\w*)/.exec(rest) ?? /^\$\{([A-Za-z_]\w*)\}/.exec(rest);
  if (plain !== null) {
    const value = variables.get(plain[1]!);
    return value === undefined ? { missing: plain[1]! } : { value, length: plain[0].length };
  }
  const withDefault = /^\$\{([A-Za-z_]\w*)(:?)([-+])([^}]*)\}/.exec(rest);
  if (withDefault === null) return { value: '$', length: 1 };
  const [all, name, colon, operator, word] = withDefault;
  const value = variables.get(name!);
  const isSet = value !== undefined && !(colon === ':' && value === '');
  if (operator === '-' && isSet) return { value, length: all.length };
  if (operator === '+' && !isSet) return { value: '', length: all.length };
  const other = expandWords(word!, variables, escaping);
  return 'missing' in other ? other : { value: other.words.join(' '), length: all.length };
}

/** `A=1 B="2 3"`, and the older `A 1 2`, as pairs. */
export function expandPairs(
  text: string,
  variables: Variables,
  escaping = '\\',
): { readonly pairs: readonly (readonly [string, string])[] } | { readonly missing: string } {
  const old = /^([^\s=]+)\s+(?!=)(.*)$/s.exec(text);
  if (old !== null && !/^\S*=/.test(text)) {
    const value = expandWords(
      old[2]!.replaceAll(/\s/g, (blank) => `${escaping}${blank}`),
      variables,
      escaping,
    );
    return 'missing' in value ? value : { pairs: [[old[1]!, value.words.join(' ')]] };
  }
  const expanded = expandWords(text, variables, escaping);
  if ('missing' in expanded) return expanded;
  return {
    pairs: expanded.words.map((word) => {
      const equals = word.indexOf('=');
      return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
    }),
  };
}
