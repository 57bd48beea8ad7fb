/** An instruction of a Containerfile as a builder reads it. */
export interface ReadInstruction {
  readonly keyword: string;
  /** `--mount=…` and the like. */
  readonly flags: readonly string[];
  /** What the shell is given, or the words of the JSON form. */
  readonly rest: string | readonly string[];
}

/** Reads Containerfiles by the rules that builders share: https://docs.docker.com/reference/dockerfile/#format */
export function readContainerfile(text: string): ReadInstruction[] {
  const instructions: ReadInstruction[] = [];
  let open: string | undefined;
  for (const line of text.split('\n')) {
    // Comments and empty lines go first, between the lines of an instruction as well.
    if (/^\s*#/.test(line) || line.trim() === '') continue;
    const joined = `${open ?? ''}${open === undefined ? line.trimStart() : line}`;
    if (/\\[ \t]*$/.test(joined)) open = joined.replace(/\\[ \t]*$/, '');
    else {
      instructions.push(readInstruction(joined.trimEnd()));
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the last instruction does not end: ${open}`);
  return instructions;
}

function readInstruction(line: string): ReadInstruction {
  const [, keyword = '', after = ''] = /^(\S+)\s*(.*)$/s.exec(line) ?? [];
  const flags: string[] = [];
  let rest = after;
  for (let flag = /^(--\S+)\s+(.*)$/s.exec(rest); flag !== null; flag = /^(--\S+)\s+(.*)$/s.exec(rest)) {
    flags.push(flag[1]!);
    rest = flag[2]!;
  }
  return { keyword, flags, rest: jsonWords(rest) ?? rest };
}

function jsonWords(text: string): string[] | undefined {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}
