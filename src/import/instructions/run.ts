import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { IDIOMS } from '../idioms/index.ts';
import { touch } from '../scope.ts';
import { unitsOf } from '../shell/script.ts';
import { type ShellState, stateBefore } from '../shell/state.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';
import type { CopyInput } from './copy.ts';
import { readMounts, unmount } from './mounts.ts';
import { leave, place } from './place.ts';
import { leaveScript, readScript } from './script.ts';

/**
 * A RUN, command by command: each is said by a step, left out, or left to run. `isCode`: all of it is left to run, as in
 * stages before the last one.
 */
export function readRun(
  instruction: ParsedInstruction,
  stage: Stage,
  input: CopyInput,
  isCode = false,
): void {
  const mounts = readMounts(instruction, stage, input);
  if (mounts === undefined) return;
  readCommands(instruction, stage, isCode);
  unmount(mounts, instruction, stage);
}

function readCommands(instruction: ParsedInstruction, stage: Stage, isCode: boolean): void {
  const { scope, shell } = stage;
  scope.cwd = stage.workdir;
  scope.variables.clear();
  for (const [name, value] of variablesOf(stage)) scope.variables.set(name, value);
  const argv = argvOf(instruction.text);
  if (argv !== undefined) {
    readArgv(argv, instruction, stage, isCode ? [] : IDIOMS);
    return;
  }
  const script = scriptOf(instruction);
  const isShell = shell === undefined || /(?:^|\/)(?:ba)?sh$/.test(shell[0]!);
  const units = isShell && !script.startsWith('#!') ? unitsOf(script) : undefined;
  const state: ShellState = {
    isStrict: shell?.some((word) => /^-[a-z]*e/.test(word)) ?? false,
    hasPipefail: shell?.includes('pipefail') ?? false,
    assigned: new Map(),
    pushed: [],
  };
  if (units === undefined) {
    leaveUnread(script, instruction, stage, state);
    return;
  }
  const reading = { instruction, stage, units, state, comments: instruction.comments };
  if (isCode) leaveScript(reading);
  else readScript(reading);
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
  { comments, lines }: ParsedInstruction,
  stage: Stage,
  idioms: typeof IDIOMS,
): void {
  const command = { args: argv.map((text) => ({ text, isGlob: false })), assignments: [], redirects: [] };
  for (const idiom of idioms) {
    const recognized = idiom.recognize({ commands: [command], comments, lines }, stage.scope);
    if (recognized === undefined) continue;
    place(recognized, { code: [argv], comments, lines, before: [] }, stage);
    return;
  }
  const needs = stateBefore(argv.join(' '), stage, {
    isStrict: true,
    hasPipefail: false,
    assigned: new Map(),
    pushed: [],
  });
  // Without a shell there is nobody to tell.
  const code =
    needs.length === 0 ? argv : ['/bin/sh', '-c', [...needs, 'exec "$0" "$@"'].join(' && '), ...argv];
  touch(stage.scope, argv.join(' '));
  pushPiece(stage, { lines, comments, as: 'run', steps: [], code: [code], before: [] });
}

/** What is no shell script, or none that is understood. */
function leaveUnread(script: string, instruction: ParsedInstruction, stage: Stage, state: ShellState): void {
  const [, interpreter] = /^#!\s*(\S+(?: \S+)?)\n/.exec(script) ?? [];
  const isKnown = interpreter === undefined || /\/(?:ba|da)?sh(?: |$)|python3?$/.test(interpreter);
  if (instruction.body !== '' && !(isKnown && interpreter !== undefined)) {
    stage.scope.report({
      code: 'here-document-in-code',
      severity: 'error',
      message: 'this here-document is not understood, and a run step takes none',
      hint: 'Write it into a file, COPY that, and run it.',
      lines: instruction.lines,
    });
    return;
  }
  const code = interpreter === undefined ? script.trim() : [...interpreter.split(' '), '-c', script];
  leave(code, instruction, stage, state, 'it is not understood');
}
