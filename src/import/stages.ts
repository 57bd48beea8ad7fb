import type { ParsedInstruction } from '../containerfile/parse.ts';
import { expandWords, type Variables } from '../containerfile/words.ts';

/** A stage as it was written. */
export interface WrittenStage {
  /** An image, `configs`, or the stage that it goes on from. */
  readonly from: string;
  readonly name: string | undefined;
  /** A variable of its FROM that has no value. */
  readonly missing?: string;
  readonly fromInstruction: ParsedInstruction | undefined;
  readonly instructions: readonly ParsedInstruction[];
}

/** The image of an on-cluster build, which the operator makes of the release's. */
export const CONFIGS = 'configs';

/** The stages of a Containerfile, and the ARGs before them. */
export function stagesOf(
  instructions: readonly ParsedInstruction[],
  buildArgs: Variables,
  escaping: string,
): { stages: WrittenStage[]; globals: Map<string, string | undefined> } {
  const globals = new Map<string, string | undefined>();
  const stages: (WrittenStage & { instructions: ParsedInstruction[] })[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const found = readFrom(instruction, globals, escaping);
      stages.push({ ...found, fromInstruction: instruction, instructions: [] });
    } else if (stages.length > 0) stages.at(-1)!.instructions.push(instruction);
    else if (instruction.keyword === 'ARG') declareArg(instruction, globals, buildArgs, escaping);
    // What an on-cluster build is given may begin with what it does.
    else
      stages.push({ from: CONFIGS, name: 'final', fromInstruction: undefined, instructions: [instruction] });
  }
  return { stages, globals };
}

function readFrom(
  { text }: ParsedInstruction,
  globals: Variables,
  escaping: string,
): Pick<WrittenStage, 'from' | 'name' | 'missing'> {
  const expanded = expandWords(text, globals, escaping);
  if ('missing' in expanded) {
    // It may not matter: of the last stage, the base can be given.
    return { from: '', missing: expanded.missing, name: / as (\S+)\s*$/i.exec(text)?.[1]?.toLowerCase() };
  }
  const [from = '', as, name] = expanded.words;
  return { from, name: as?.toLowerCase() === 'as' ? name?.toLowerCase() : undefined };
}

/** `ARG NAME=default`: what the build was given, or the default, or what an ARG before the first FROM has. */
export function declareArg(
  { text }: ParsedInstruction,
  args: Map<string, string | undefined>,
  buildArgs: Variables,
  escaping: string,
  globals: Variables = new Map(),
  known: Variables = args,
): void {
  for (const word of text.match(/(?:"[^"]*"|'[^']*'|\\.|\S)+/g) ?? []) {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const expanded = equals < 0 ? undefined : expandWords(word.slice(equals + 1), known, escaping);
    const value = expanded !== undefined && 'words' in expanded ? expanded.words.join(' ') : undefined;
    args.set(name, buildArgs.get(name) ?? value ?? globals.get(name));
  }
}

/** A stage and those that it goes on from, as one. */
export function unfold(stage: WrittenStage, stages: readonly WrittenStage[]): WrittenStage {
  const before = findStage(stage.from, stages.slice(0, stages.indexOf(stage)));
  if (before === undefined) return stage;
  const base = unfold(before, stages);
  return { ...base, name: stage.name, instructions: [...base.instructions, ...stage.instructions] };
}

export function findStage(name: string, stages: readonly WrittenStage[]): WrittenStage | undefined {
  return (
    stages.findLast((stage) => stage.name === name.toLowerCase()) ??
    (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
  );
}
