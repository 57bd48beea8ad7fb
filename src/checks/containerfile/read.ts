/** An instruction of a Containerfile that somebody wrote. */
export interface WrittenInstruction {
  /** In capitals. */
  readonly keyword: string;
  /** What comes after it, on one line, without comments between. */
  readonly text: string;
  /** Its line in the file, from 0. */
  readonly line: number;
  /** The lines that it is made of, those of here-documents included, each with its number. */
  readonly lines: readonly { readonly text: string; readonly line: number }[];
}

/** The instructions of a Containerfile, as far as checks need them: joined lines, comments left out, here-documents kept. */
export function instructionsIn(containerfile: string): WrittenInstruction[] {
  const rows = containerfile.split('\n').map((text, line) => ({ text: text.replace(/\s+$/, ''), line }));
  const found: WrittenInstruction[] = [];
  for (let index = 0; index < rows.length; index++) {
    if (isBlank(rows[index]!.text)) continue;
    const lines = [rows[index]!];
    while (lines.at(-1)!.text.endsWith('\\') || isBlank(lines.at(-1)!.text)) {
      const next = rows[++index];
      if (next === undefined) break;
      lines.push(next);
    }
    const code = lines.filter(({ text }) => !isBlank(text));
    const joined = code.map(({ text }) => text.replace(/\\$/, '').trim()).join(' ');
    for (const end of hereDocuments(joined)) {
      for (let row = rows[++index]; row !== undefined; row = rows[++index]) {
        code.push(row);
        if (row.text.trim() === end) break;
      }
    }
    const [keyword = '', ...words] = joined.trim().split(/\s+/);
    found.push({ keyword: keyword.toUpperCase(), text: words.join(' '), line: lines[0]!.line, lines: code });
  }
  return found;
}

/** Blank lines and comments, which may stand between joined lines, too. */
function isBlank(text: string): boolean {
  return /^\s*(#|$)/.test(text);
}

function hereDocuments(text: string): string[] {
  if (!/^\s*(RUN|COPY|ADD)\s/i.test(text)) return [];
  return [...text.matchAll(/(?<!<)<<-?(['"]?)([A-Za-z_]\w*)\1/g)].map((match) => match[2]!);
}
