const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** What `echo` and `printf` of bash, which is RHEL's sh, print: undefined where that is not certain. */
export function printed(program: string | undefined, words: readonly string[]): string | undefined {
  if (program === 'echo') return echoed(words);
  if (program === 'printf') return formatted(words);
  return undefined;
}

function echoed(words: readonly string[]): string | undefined {
  const options = words.findIndex((word) => !/^-[neE]+$/.test(word));
  const count = options < 0 ? words.length : options;
  const letters = words.slice(0, count).join('');
  const text = words.slice(count).join(' ');
  const end = letters.includes('n') ? '' : '\n';
  if (letters.includes('E') && letters.includes('e')) return undefined;
  if (letters.includes('e')) {
    const read = unescaped(text);
    return read === undefined ? undefined : `${read}${end}`;
  }
  // Another sh than bash would read these.
  return text.includes('\\') ? undefined : `${text}${end}`;
}

function formatted([format, ...args]: readonly string[]): string | undefined {
  if (format === undefined || format.startsWith('-')) return undefined;
  const pieces = format.split(/(%.)/s);
  const wanted = pieces.filter((piece) => piece === '%s').length;
  if (pieces.some((piece) => /^%/.test(piece) && piece !== '%s' && piece !== '%%')) return undefined;
  if (wanted === 0 && args.length > 0) return undefined;
  const rest = [...args];
  let text = '';
  // The format is used again as long as there are arguments.
  do {
    for (const piece of pieces) {
      const part = piece === '%s' ? (rest.shift() ?? '') : piece === '%%' ? '%' : unescaped(piece);
      if (part === undefined) return undefined;
      text += part;
    }
  } while (rest.length > 0);
  return text;
}

function unescaped(text: string): string | undefined {
  const parts = text.split(/(\\.)/s).map((part, index) => {
    if (index % 2 === 0) return part.includes('\\') ? undefined : part;
    return Object.hasOwn(ESCAPES, part[1]!) ? ESCAPES[part[1]!] : undefined;
  });
  return parts.every((part) => part !== undefined) ? parts.join('') : undefined;
}
