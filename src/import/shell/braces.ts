/** More words than anybody means. */
const MOST = 1000;

/** What bash makes of `{a,b}` and `{1..3}`: undefined where there are quotes or expansions within, or too many words. */
export function expandBraces(text: string): string[] | undefined {
  if (/[\\'"`$]/.test(text)) return undefined;
  const words = expand(text);
  return words.length > MOST ? undefined : words;
}

function expand(text: string): string[] {
  const group = firstGroup(text);
  if (group === undefined) return [text];
  const { start, end, items } = group;
  const before = text.slice(0, start);
  const after = expand(text.slice(end + 1));
  const words: string[] = [];
  for (const item of items) {
    for (const middle of expand(item)) {
      for (const rest of after) {
        words.push(`${before}${middle}${rest}`);
        if (words.length > MOST) return words;
      }
    }
  }
  return words;
}

/** The first braces that have a comma or a range in them; others are text. */
function firstGroup(text: string): { start: number; end: number; items: string[] } | undefined {
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const items: string[] = [];
    let depth = 0;
    let from = start + 1;
    for (let at = start; at < text.length; at++) {
      if (text[at] === '{') depth++;
      else if (text[at] === ',' && depth === 1) {
        items.push(text.slice(from, at));
        from = at + 1;
      } else if (text[at] === '}' && --depth === 0) {
        const last = text.slice(from, at);
        const range = items.length === 0 ? rangeOf(last) : undefined;
        if (range !== undefined) return { start, end: at, items: range };
        if (items.length > 0) return { start, end: at, items: [...items, last] };
        break;
      }
    }
  }
  return undefined;
}

function rangeOf(text: string): string[] | undefined {
  const found = /^(-?\d{1,6})\.\.(-?\d{1,6})$/.exec(text);
  // A leading zero asks for numbers of one width, and nobody writes that for packages.
  if (found === null || /(?:^|-)0\d/.test(found[1]!) || /(?:^|-)0\d/.test(found[2]!)) return undefined;
  const [from, to] = [Number(found[1]), Number(found[2])];
  const count = Math.abs(to - from) + 1;
  if (count > MOST) return undefined;
  return Array.from({ length: count }, (_, index) => String(from <= to ? from + index : from - index));
}
