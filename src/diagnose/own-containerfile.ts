import { type ParsedInstruction, parseContainerfile } from '../containerfile/parse.ts';
import { listAt, type SavedObject, textAt } from '../gathered/object.ts';
import { builtContainerfile } from './auxiliary.ts';
import type { BuildLog } from './build-log.ts';
import type { FailedInstruction } from './fault.ts';
import type { Subject } from './subject.ts';

/** The Containerfile of a MachineOSConfig: of its entries the one that is built. */
export function ownContainerfile(config: SavedObject | undefined): string | undefined {
  const entries = listAt(config?.data, 'spec', 'containerFile');
  const built = entries.find((entry) => (textAt(entry, 'containerfileArch') ?? 'NoArch') === 'NoArch');
  return textAt(built, 'content');
}

/** Whose an instruction is that failed, and where it is in the pool's own Containerfile. */
export function failedInstruction(subject: Subject, log: BuildLog): FailedInstruction | undefined {
  const text = log.instruction;
  if (text === undefined) return undefined;
  const built = builtContainerfile(subject);
  const own = ownOf(built, ownContainerfile(subject.config));
  if (own === undefined) return { text, isOperators: false };
  const instructions = parseContainerfile(own.text).instructions;
  const found = built === undefined ? undefined : at(built, log.position);
  const line = found !== undefined && isSame(found, text) ? found.lines[0] - own.line : undefined;
  if (line !== undefined && line <= 0) return { text, isOperators: true };
  const index =
    line === undefined
      ? instructions.findLastIndex((each) => isSame(each, text))
      : instructions.findIndex(({ lines }) => lines[0] === line);
  if (index !== -1) return { text, isOperators: false, line: instructions[index]!.lines[0], index };
  const isOperators =
    built !== undefined && parseContainerfile(built).instructions.some((each) => isSame(each, text));
  return { text, isOperators };
}

/** What of the whole is the pool's own: behind the operator's stages, which end where it begins. */
function ownOf(
  built: string | undefined,
  own: string | undefined,
): { text: string; line: number } | undefined {
  if (own === undefined) return undefined;
  if (built === undefined) return { text: own, line: 0 };
  const start = built.lastIndexOf(own.trim());
  // The MachineOSConfig was edited since: what was built is what counts, and it begins somewhere in there.
  if (start === -1) return { text: own, line: built.split('\n').length };
  const before = own.slice(0, own.indexOf(own.trim())).split('\n').length - 1;
  return { text: own, line: built.slice(0, start).split('\n').length - 1 - before };
}

/** The instruction at a place of the whole, as buildah counts: by stages, each with its FROM. */
function at(built: string, position: BuildLog['position']): ParsedInstruction | undefined {
  if (position === undefined) return undefined;
  const { instructions } = parseContainerfile(built);
  const stages = instructions.flatMap(({ keyword }, index) => (keyword === 'FROM' ? [index] : []));
  return instructions[(stages[position.stage - 1] ?? Number.NaN) + position.step - 1];
}

/** buildah joins lines, and may print less of a here-document. */
function isSame(instruction: ParsedInstruction, printed: string): boolean {
  const [written, said] = [flat(spelt(instruction)), flat(printed)];
  if (written === said) return true;
  return instruction.heredocs.length > 0 && said.startsWith(written.split('<<')[0]!) && said.includes('<<');
}

function spelt({ keyword, flags, text }: ParsedInstruction): string {
  return [
    keyword,
    ...flags.map(({ name, value }) => `--${name}${value === '' ? '' : `=${value}`}`),
    text,
  ].join(' ');
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
