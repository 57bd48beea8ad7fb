import { posix } from 'node:path';
import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { sh } from '../../containerfile/quote.ts';
import { expandPairs, expandWords, type Variables } from '../../containerfile/words.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';
import { declareArg } from '../stages.ts';
import { isUsualFolder } from './copy-target.ts';
import { missingVariable } from './missing-variable.ts';

export interface SettingsInput {
  readonly escaping: string;
  readonly buildArgs: Variables;
  readonly globals: Variables;
}

/** ARG, ENV, WORKDIR, USER and SHELL: what the instructions after them are told. False for any other. */
export function readSetting(instruction: ParsedInstruction, stage: Stage, input: SettingsInput): boolean {
  const { keyword, text, lines } = instruction;
  switch (keyword) {
    case 'ARG':
      declareArg(instruction, stage.args, input.buildArgs, input.escaping, input.globals, variablesOf(stage));
      return true;
    case 'ENV': {
      const found = expandPairs(text, variablesOf(stage), input.escaping);
      if ('missing' in found) stage.scope.report(missingVariable(found.missing, lines));
      else for (const [name, value] of found.pairs) stage.env.set(name, value);
      return true;
    }
    case 'WORKDIR': {
      const found = expandWords(text, variablesOf(stage), input.escaping);
      if ('missing' in found) stage.scope.report(missingVariable(found.missing, lines));
      else enter(posix.resolve(stage.workdir, found.words.join(' ')), instruction, stage);
      return true;
    }
    case 'SHELL':
      setShell(instruction, stage);
      return true;
    case 'USER':
      stage.user = text.trim();
      return true;
    default:
      return false;
  }
}

/** WORKDIR makes the folder, too. */
function enter(path: string, { lines, comments }: ParsedInstruction, stage: Stage): void {
  stage.workdir = path;
  if (isUsualFolder(path)) return;
  pushPiece(stage, {
    lines,
    comments,
    as: 'run',
    steps: [],
    code: [`mkdir -p ${sh(path)}`],
    before: [],
    makes: [path],
    why: 'WORKDIR makes a folder',
  });
}

function setShell({ text, lines }: ParsedInstruction, stage: Stage): void {
  try {
    const words: unknown = JSON.parse(text);
    if (Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string')) {
      stage.shell = words.join(' ') === '/bin/sh -c' ? undefined : (words as string[]);
      return;
    }
  } catch {
    // As any other form of it.
  }
  stage.scope.report({
    code: 'shell-form',
    severity: 'error',
    message: 'SHELL takes a list in JSON, and this is none',
    hint: 'Write SHELL ["/bin/bash", "-c"].',
    lines,
  });
}
