import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { cleanUp } from '../idioms/clean-up.ts';
import { IDIOMS } from '../idioms/index.ts';
import { install } from '../idioms/install.ts';
import { replace } from '../idioms/replace.ts';
import type { Code } from '../piece.ts';
import { resolve, type Unit } from '../shell/script.ts';
import { changesShell, follow, type ShellState, stateBefore } from '../shell/state.ts';
import type { Stage } from '../stage.ts';
import { inShell, leave, place } from './place.ts';

/** The shell script of a RUN while it is read. */
export interface Reading {
  readonly instruction: ParsedInstruction;
  readonly stage: Stage;
  readonly units: readonly Unit[];
  readonly state: ShellState;
  /** Those of the instruction, until a piece has them. */
  comments: readonly string[];
}

/** Goes through the units of a script. */
export function readScript(reading: Reading): void {
  const { stage, units, state } = reading;
  const first = stage.scope.pieces.length;
  let hasLooseFailures = false;
  for (const [index, unit] of units.entries()) {
    const commands = resolve(unit, stage.scope.variables);
    const isLoose = index > 0 && !unit.isChained && !state.isStrict;
    hasLooseFailures ||= isLoose && !isCleanUp(unit, reading);
    if (changesShell(unit)) {
      if (commands?.length === 1 && follow(commands[0]!, stage, state)) continue;
      leaveRest(index, reading);
      break;
    }
    readUnit(unit, index, reading);
  }
  if (hasLooseFailures) judgeLoose(first, reading);
}

/** All of a script as code. */
export function leaveScript(reading: Reading): void {
  const { units, instruction, comments } = reading;
  if (units.length > 0)
    leaveUnits(units, { lines: instruction.lines, comments }, 'it is of a stage', reading);
}

function readUnit(unit: Unit, index: number, reading: Reading): void {
  const { stage, state } = reading;
  const commands = resolve(unit, stage.scope.variables);
  const comments = commentsBefore(index, reading);
  const lines = linesOf(unit, unit, reading);
  for (const idiom of commands === undefined ? [] : IDIOMS) {
    if ((idiom === install || idiom === replace) && movesVendorFiles(reading)) continue;
    const recognized = idiom.recognize({ commands: commands!, comments, lines }, stage.scope);
    if (recognized === undefined) continue;
    if (recognized.steps !== undefined || recognized.waits) reading.comments = [];
    const before = unit.code === undefined ? [] : stateBefore(unit.code, stage, state);
    const code = unit.code === undefined ? undefined : [inShell(unit.code, stage)];
    place(recognized, { code, comments, lines, before }, stage);
    return;
  }
  reading.comments = [];
  const why = commands === undefined ? 'its words are known only in the build' : 'no step says it';
  leaveUnits([unit], { lines, comments }, why, reading);
}

/** What was installed to /opt or /usr/local and is moved by hand has to stay one RUN: between two of them /var is emptied. */
function movesVendorFiles({ units }: Reading): boolean {
  return units.some(({ code = '' }) =>
    /^(?:mkdir|mv|cp|ln)\b.*(?:\/opt\b|\/usr\/local\b|\/var\/usrlocal\b)/s.test(code),
  );
}

/** From a unit that changes the shell in its own way, all that comes after it belongs to it. */
function leaveRest(index: number, reading: Reading): void {
  const { units, state } = reading;
  let end = units.length;
  // What a clean-up comes after by `;` may fail: without it, that would count.
  const mayGo = ({ isChained }: Unit): boolean => isChained || state.isStrict;
  while (end > index + 1 && mayGo(units[end - 1]!) && isCleanUp(units[end - 1]!, reading)) end--;
  const rest = units.slice(index, end);
  const lines = linesOf(rest[0]!, rest.at(-1)!, reading);
  const comments = commentsBefore(index, reading);
  leaveUnits(rest, { lines, comments }, 'its parts depend on each other', reading);
  for (let at = end; at < units.length; at++) readUnit(units[at]!, at, reading);
}

function leaveUnits(
  units: readonly Unit[],
  written: { readonly lines: readonly [number, number]; readonly comments: readonly string[] },
  why: string,
  { stage, state }: Reading,
): void {
  if (units.some(({ code }) => code === undefined)) {
    stage.scope.report({
      code: 'here-document-in-code',
      severity: 'error',
      message: 'a here-document within code cannot be left to run',
      hint: 'Write its text into a file first: COPY it, or `cat <<EOF > file` as a command of its own.',
      lines: written.lines,
    });
    return;
  }
  let text = '';
  for (const [index, { code, isChained }] of units.entries()) {
    const joiner = index === 0 ? '' : isChained ? ' && ' : /&$/.test(text) ? ' ' : '; ';
    text += `${joiner}${code}`;
  }
  // A `run` step stops at the first failure, and this goes on.
  const isLoose = !state.isStrict && units.some(({ isChained }, index) => index > 0 && !isChained);
  const code: Code = isLoose && stage.shell === undefined ? ['/bin/sh', '-c', text] : text;
  leave(code, written, stage, state, why);
}

/** Where nothing of the RUN was understood it stays as it was, with what it makes of failures. Else a failure now counts. */
function judgeLoose(first: number, reading: Reading): void {
  const { stage, units, instruction } = reading;
  const { scope } = stage;
  const pieces = scope.pieces.slice(first);
  const isCode = pieces.every(({ as, makes, removes }) => as === 'run' && !makes && !removes);
  // What was followed, `cd` for one, is now before a piece, and fails it.
  const isAsItWas = isCode && pieces.every(({ before }) => before.length === 0);
  if (isAsItWas && pieces.length <= 1) return;
  if (isAsItWas) {
    scope.pieces.splice(first);
    const { lines, comments } = instruction;
    leaveUnits(units, { lines, comments }, pieces[0]!.why!, reading);
    return;
  }
  scope.report({
    code: 'failure-counts',
    severity: 'info',
    message: 'commands of this RUN could fail without notice, and as steps they fail the build',
    hint: 'If one of them is meant to fail at times, say so: `… || true`.',
    lines: instruction.lines,
  });
}

function isCleanUp(unit: Unit, { stage, instruction: { lines } }: Reading): boolean {
  const commands = resolve(unit, stage.scope.variables);
  return (
    commands !== undefined && cleanUp.recognize({ commands, comments: [], lines }, stage.scope) !== undefined
  );
}

function commentsBefore(index: number, { comments, units, instruction }: Reading): readonly string[] {
  const from = index === 0 ? -1 : units[index - 1]!.at;
  const inner = instruction.inner.filter(({ at }) => at > from && at <= units[index]!.at);
  return [...comments, ...inner.map(({ text }) => text)];
}

function linesOf(first: Unit, last: Unit, { instruction }: Reading): readonly [number, number] {
  const { heredocs, lines, lineOf } = instruction;
  return heredocs.length > 0 ? lines : [lineOf(first.at), lineOf(Math.max(first.at, last.end - 1))];
}
