/** A command's options, and what else it has; undefined where it has an option that is not known to change nothing. */
export interface Options {
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** `known` says of every option whether it takes a value. `-fsSL` is each of its letters. */
export function readOptions(
  words: readonly string[],
  known: Readonly<Record<string, 'value' | 'flag'>>,
): Options | undefined {
  const options = new Map<string, string[]>();
  const operands: string[] = [];
  const add = (name: string, value: string): void => {
    options.set(name, [...(options.get(name) ?? []), value]);
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    if (Object.hasOwn(known, name)) {
      if (known[name] === 'flag' && value !== undefined) return undefined;
      if (known[name] === 'value' && value === undefined && at + 1 >= words.length) return undefined;
      add(name, known[name] === 'flag' ? '' : (value ?? words[++at]!));
      continue;
    }
    if (word.startsWith('--')) return undefined;
    const letters = [...word.slice(1)];
    for (const [index, letter] of letters.entries()) {
      const kind = Object.hasOwn(known, `-${letter}`) ? known[`-${letter}`] : undefined;
      if (kind === undefined) return undefined;
      if (kind === 'flag') {
        add(`-${letter}`, '');
        continue;
      }
      const rest = letters.slice(index + 1).join('');
      if (rest === '' && at + 1 >= words.length) return undefined;
      add(`-${letter}`, rest === '' ? words[++at]! : rest);
      break;
    }
  }
  return { options, operands };
}
