/** The instructions of a Containerfile that synth wrote: each with its continued lines, without comments. */
export function instructionsIn(text: string): string[] {
  const instructions: string[] = [];
  let isContinued = false;
  for (const line of text.split('\n')) {
    if (!isContinued && (line.trim() === '' || line.startsWith('#'))) continue;
    if (isContinued) instructions.push(`${instructions.pop()}\n${line}`);
    else instructions.push(line);
    isContinued = line.endsWith('\\');
  }
  return instructions;
}

/** A RUN in its parts: the files of the context that it sees, and its code for a shell. */
export function runIn(instruction: string):
  | {
      readonly mounts: readonly { readonly source: string; readonly target: string }[];
      readonly code: string;
    }
  | undefined {
  if (!instruction.startsWith('RUN ')) return undefined;
  const flag = /^\s*(?:\\\n\s*)?--mount=type=bind,source=([^,\s]+),target=([^,\s]+),z\s*(?:\\\n)?/;
  const mounts: { source: string; target: string }[] = [];
  let code = instruction.slice('RUN '.length);
  for (let match = flag.exec(code); match !== null; match = flag.exec(code)) {
    mounts.push({ source: match[1]!, target: match[2]! });
    code = code.slice(match[0].length);
  }
  code = code.trim();
  return { mounts, code: code.startsWith('["/bin/sh","-c",') ? (JSON.parse(code)[2] as string) : code };
}
