/**
 * The text with other characters in the place of each quoted `<<`, all else where it was: to dockerfile-ast it would be
 * a here-document, and what comes after it no instruction.
 */
export function maskQuoted(text: string, escaping: string): string {
  if (!text.includes('<<')) return text;
  let quote = '';
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*#/.test(line)) return line;
      let masked = '';
      for (let at = 0; at < line.length; at++) {
        const char = line[at]!;
        if (char === '\\' && quote !== "'" && at + 1 < line.length) masked += char + line[++at]!;
        else if (quote !== '' && line.startsWith('<<', at)) {
          masked += '\0\0';
          at++;
        } else {
          if (quote === char) quote = '';
          else if (quote === '' && (char === '"' || char === "'")) quote = char;
          masked += char;
        }
      }
      if (!line.trimEnd().endsWith(escaping)) quote = '';
      return masked;
    })
    .join('\n');
}
