/** Text from files and programs on a terminal: what would move the cursor or change its colours is shown as a dot. */
export function harmless(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/\p{Cc}/gu, '·');
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const INVISIBLE = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** As many blanks as a text has columns on a terminal, so that a caret stands under what comes after it. */
export function padding(text: string): string {
  return [...text].map((char) => (INVISIBLE.test(char) ? '' : WIDE.test(char) ? '  ' : ' ')).join('');
}

/** How many columns a text has on a terminal, less what sets colours. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return padding(text.replaceAll(/\u001b\[[\d;]*m/g, '')).length;
}

/** A text without colours, in at most so many columns. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(`${kept}${char}`) > columns - 1) break;
    kept += char;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** A text without colours in lines of at most so many columns, broken between words; a word that is wider stays whole. */
export function folded(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
