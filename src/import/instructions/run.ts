import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { cleanUp } from '../idioms/clean-up.ts';
import { IDIOMS } from '../idioms/index.ts';
import { install } from '../idioms/install.ts';
import { replace } from '../idioms/replace.ts';
import { absorb, type Code } from '../piece.ts';
import { touch } from '../scope.ts';
import { resolve, type Unit, unitsOf } from '../shell/script.ts';
import { changesShell, follow, type ShellState, stateBefore } from '../shell/state.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';

const SHELL = ['/bin/sh', '-c'];

/**
 * A RUN, command by command: each is said by a step, left out, or left to run. `isCode`: all of it is left to run, as in
 * stages before the last one.
 */
export function readRun(instruction: ParsedInstruction, stage: Stage, isCode = false): void {
  const { scope } = stage;
  if (hasMounts(instruction, scope)) return;
  scope.cwd = stage.workdir;
  scope.variables.clear();
  for (const [name, value] of variablesOf(stage)) scope.variables.set(name, value);
  const argv = argvOf(instruction.text);
  if (argv !== undefined) {
    readArgv(argv, instruction, stage, isCode ? [] : IDIOMS);
    return;
  }
  const script = scriptOf(instruction);
  const isShell = stage.shell === undefined || /(?:^|\/)(?:ba)?sh$/.test(stage.shell[0]!);
  const units = isShell && !script.startsWith('#!') ? unitsOf(script) : undefined;
  const state: ShellState = {
    isStrict: stage.shell?.some((word) => /^-[a-z]*e/.test(word)) ?? false,
    hasPipefail: stage.shell?.includes('pipefail') ?? false,
    assigned: new Map(),
  };
  if (units === undefined) {
    leave([script.trim()], instruction, stage, state, 'it is not understood', instruction.lines);
    return;
  }
  const reader = new Reader(instruction, stage, units, state);
  if (isCode) reader.leaveAll();
  else reader.read();
}

/** A cache has no trace in the image; what else is mounted, no step can. */
function hasMounts({ flags, lines }: ParsedInstruction, scope: Stage['scope']): boolean {
  const other = flags.find(({ name, value }) => name !== 'mount' || !/(?:^|,)type=cache(?:,|$)/.test(value));
  if (other === undefined) return false;
  scope.report({
    code: 'run-option',
    severity: 'error',
    message: `no step can say RUN --${other.name}=${other.value}`,
    hint: 'COPY the files instead, or write what this RUN does as a step.',
    lines,
  });
  return true;
}

/** The JSON form: a program and its arguments, with no shell between. */
function argvOf(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) && found.length > 0 && found.every((word) => typeof word === 'string')
      ? (found as string[])
      : undefined;
  } catch {
    return undefined;
  }
}

function scriptOf({ text, body, heredocs }: ParsedInstruction): string {
  // Alone, a here-document is the script; after a command, the shell reads it.
  if (heredocs.length === 1 && /^<<-?\s*\S+$/.test(text.trim())) return heredocs[0]!.content;
  return body === '' ? text : `${text}\n${body}`;
}

function readArgv(
  argv: readonly string[],
  instruction: ParsedInstruction,
  stage: Stage,
  idioms: typeof IDIOMS,
): void {
  const { comments, lines } = instruction;
  const command = {
    args: argv.map((text) => ({ text, isGlob: false })),
    assignments: [],
    redirects: [],
  };
  for (const idiom of idioms) {
    const recognized = idiom.recognize({ commands: [command], comments, lines }, stage.scope);
    if (recognized === undefined) continue;
    place(recognized, { code: [argv], comments, lines, before: [] }, stage);
    return;
  }
  const state: ShellState = { isStrict: true, hasPipefail: false, assigned: new Map() };
  const needs = stateBefore(argv.join(' '), stage, state);
  // Without a shell there is nobody to tell: `env` and its like would be needed.
  const code = needs.length === 0 ? argv : [...SHELL, [...needs, 'exec "$0" "$@"'].join(' && '), ...argv];
  touch(stage.scope, argv.join(' '));
  pushPiece(stage, { lines, comments, as: 'run', steps: [], code: [code], before: [] });
}

type Recognized = NonNullable<ReturnType<(typeof IDIOMS)[number]['recognize']>>;

interface Written {
  readonly code: Code[] | undefined;
  readonly comments: readonly string[];
  readonly lines: readonly [number, number];
  readonly before: readonly string[];
}

function place(recognized: Recognized, written: Written, stage: Stage): void {
  const { steps = [], takes = [], absorbs = [], into, waits, makes, removes } = recognized;
  const piece = pushPiece(stage, {
    ...written,
    as: steps.length > 0 ? 'steps' : waits ? 'run' : 'dropped',
    steps: [...steps],
    ...(makes && { makes }),
    ...(removes && { removes }),
  });
  for (const file of takes) file.takenBy = piece;
  for (const before of absorbs) absorb(piece, before);
  if (into !== undefined) {
    piece.as = 'absorbed';
    into.code = into.code && piece.code && [...into.code, ...piece.code];
  }
  recognized.then?.(piece);
}

/** Code that stays code. */
function leave(
  code: readonly Code[],
  { comments }: Pick<ParsedInstruction, 'comments'>,
  stage: Stage,
  state: ShellState,
  why: string,
  lines: readonly [number, number],
): void {
  const text = code.map((one) => (typeof one === 'string' ? one : one.join(' '))).join('\n');
  const before = stateBefore(text, stage, state);
  const own = stage.shell;
  const wrapped = own === undefined ? code : code.map((one) => (typeof one === 'string' ? [...own, one] : one));
  pushPiece(stage, { lines, comments, as: 'run', steps: [], code: [...wrapped], before, why });
  touch(stage.scope, text);
}

/** Goes through the units of one RUN. */
class Reader {
  readonly #instruction: ParsedInstruction;
  readonly #stage: Stage;
  readonly #units: readonly Unit[];
  readonly #state: ShellState;
  /** Comments of the instruction stand above the first of its pieces. */
  #comments: readonly string[];

  constructor(instruction: ParsedInstruction, stage: Stage, units: readonly Unit[], state: ShellState) {
    this.#instruction = instruction;
    this.#stage = stage;
    this.#units = units;
    this.#state = state;
    this.#comments = instruction.comments;
  }

  read(): void {
    const units = this.#units;
    const first = this.#stage.scope.pieces.length;
    let looseFailures = 0;
    for (const [index, unit] of units.entries()) {
      const commands = resolve(unit, this.#stage.scope.variables);
      const isLoose = index > 0 && !unit.isChained && !this.#state.isStrict;
      if (isLoose && !this.#isCleanUp(unit)) looseFailures++;
      if (changesShell(unit)) {
        if (commands?.length === 1 && follow(commands[0]!, this.#stage, this.#state)) continue;
        this.#leaveRest(index);
        break;
      }
      this.#readUnit(unit, index);
    }
    if (looseFailures > 0) this.#judgeLoose(first);
  }

  leaveAll(): void {
    if (this.#units.length > 0) {
      this.#leaveUnits(this.#units, this.#instruction.lines, this.#comments, 'it is of a stage');
    }
  }

  #readUnit(unit: Unit, index: number): void {
    const { scope } = this.#stage;
    const commands = resolve(unit, scope.variables);
    const comments = this.#commentsBefore(index);
    const lines = this.#linesOf(unit, unit);
    for (const idiom of commands === undefined ? [] : IDIOMS) {
      if (this.#movesVendorFiles && (idiom === install || idiom === replace)) continue;
      const recognized = idiom.recognize({ commands: commands!, comments, lines }, scope);
      if (recognized === undefined) continue;
      const before = unit.code === undefined ? [] : stateBefore(unit.code, this.#stage, this.#state);
      if (recognized.steps !== undefined || recognized.waits) this.#comments = [];
      const code = unit.code === undefined ? undefined : [this.#inShell(unit.code)];
      place(recognized, { code, comments, lines, before }, this.#stage);
      return;
    }
    this.#comments = [];
    this.#leaveUnits([unit], lines, comments, commands === undefined ? 'its words are known only in the build' : 'no step says it');
  }

  #inShell(code: string): Code {
    return this.#stage.shell === undefined ? code : [...this.#stage.shell, code];
  }

  /** What was installed to /opt or /usr/local and is moved by hand has to stay one RUN: between two of them /var is emptied. */
  get #movesVendorFiles(): boolean {
    return this.#units.some(({ code = '' }) =>
      /^(?:mkdir|mv|cp|ln)\b.*(?:\/opt\b|\/usr\/local\b|\/var\/usrlocal\b)/s.test(code),
    );
  }

  /** From a unit that changes the shell in its own way, all that comes after it belongs to it. */
  #leaveRest(index: number): void {
    let end = this.#units.length;
    while (end > index + 1 && this.#isCleanUp(this.#units[end - 1]!)) end--;
    const units = this.#units.slice(index, end);
    const lines = this.#linesOf(units[0]!, units.at(-1)!);
    this.#leaveUnits(units, lines, this.#commentsBefore(index), 'its parts depend on each other');
    for (const unit of this.#units.slice(end)) this.#readUnit(unit, this.#units.indexOf(unit));
  }

  #leaveUnits(
    units: readonly Unit[],
    lines: readonly [number, number],
    comments: readonly string[],
    why: string,
  ): void {
    const { scope } = this.#stage;
    if (units.some(({ code }) => code === undefined)) {
      scope.report({
        code: 'here-document-in-code',
        severity: 'error',
        message: 'a here-document within code cannot be left to run',
        hint: 'Write its text into a file first: COPY it, or `cat <<EOF > file` as a command of its own.',
        lines,
      });
      return;
    }
    const isLoose = !this.#state.isStrict && units.some(({ isChained }, index) => index > 0 && !isChained);
    let text = '';
    for (const [index, { code, isChained }] of units.entries()) {
      const joiner = index === 0 ? '' : isChained ? ' && ' : /&$/.test(text) ? ' ' : '; ';
      text += `${joiner}${code}`;
    }
    // A `run` step stops at the first failure, and this goes on.
    const code: Code = isLoose && this.#stage.shell === undefined ? [...SHELL, text] : text;
    leave([code], { comments }, this.#stage, this.#state, why, lines);
  }

  /** Where nothing of the RUN was understood it stays as it was, with what it makes of failures. Else a failure now counts. */
  #judgeLoose(first: number): void {
    const { scope } = this.#stage;
    const pieces = scope.pieces.slice(first);
    const left = pieces.filter(({ as, makes, removes }) => as === 'run' && makes === undefined && removes === undefined);
    if (left.length === pieces.length && left.length > 1 && pieces.every(({ before }) => before.length === 0)) {
      scope.pieces.splice(first);
      const units = this.#units;
      this.#leaveUnits(units, this.#linesOf(units[0]!, units.at(-1)!), this.#instruction.comments, left[0]!.why!);
      return;
    }
    if (left.length === pieces.length && left.length <= 1) return;
    scope.report({
      code: 'failure-counts',
      severity: 'info',
      message: 'commands of this RUN could fail without notice, and as steps they fail the build',
      hint: 'If one of them is meant to fail at times, say so: `… || true`.',
      lines: this.#instruction.lines,
    });
  }

  #isCleanUp(unit: Unit): boolean {
    const commands = resolve(unit, this.#stage.scope.variables);
    return (
      commands !== undefined &&
      cleanUp.recognize({ commands, comments: [], lines: this.#instruction.lines }, this.#stage.scope) !== undefined
    );
  }

  #commentsBefore(index: number): readonly string[] {
    const from = index === 0 ? -1 : this.#units[index - 1]!.at;
    const inner = this.#instruction.inner.filter(({ at }) => at > from && at <= this.#units[index]!.at);
    return [...this.#comments, ...inner.map(({ text }) => text)];
  }

  #linesOf(first: Unit, last: Unit): readonly [number, number] {
    const { heredocs, lines, lineOf } = this.#instruction;
    return heredocs.length > 0 ? lines : [lineOf(first.at), lineOf(Math.max(first.at, last.end - 1))];
  }
}
