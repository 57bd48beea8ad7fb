import type { ParsedInstruction } from '../containerfile/parse.ts';
import { expandPairs } from '../containerfile/words.ts';
import { builderOf, notRoot, pushStage, readCopyFrom } from './builder.ts';
import { readCopy } from './instructions/copy.ts';
import { missingVariable } from './instructions/missing-variable.ts';
import { readRun } from './instructions/run.ts';
import { readSetting } from './instructions/settings.ts';
import { pinned } from './pinned.ts';
import type { ReadInput } from './read.ts';
import type { Scope } from './scope.ts';
import { isRoot, newStage, pushPiece, type Stage, variablesOf } from './stage.ts';
import { CONFIGS, findStage, unfold, type WrittenStage } from './stages.ts';

/** What means something to a container, and nothing to an operating system that boots. */
const OF_CONTAINERS = new Set([
  'CMD',
  'ENTRYPOINT',
  'EXPOSE',
  'VOLUME',
  'STOPSIGNAL',
  'HEALTHCHECK',
  'MAINTAINER',
  'ONBUILD',
]);

/** The last stage while it is read. */
interface Reading {
  readonly stage: Stage;
  readonly stages: readonly WrittenStage[];
  readonly input: ReadInput;
  /** Who has a label, by its key. */
  readonly labels: Map<string, Record<string, string>>;
  /** Names of the `stage` steps so far. */
  readonly names: Set<string>;
}

/** Reads the stage whose image is the pool's. */
export function readFinal(
  { instructions }: WrittenStage,
  stages: readonly WrittenStage[],
  scope: Scope,
  input: ReadInput,
): void {
  const stage = newStage(scope);
  const reading: Reading = { stage, stages, input, labels: new Map(), names: new Set() };
  for (const [index, instruction] of instructions.entries()) {
    stage.instruction = index;
    if (!readSetting(instruction, stage, input)) readOne(instruction, reading);
  }
  if (stage.env.size === 0) return;
  scope.report({
    code: 'env-left-out',
    severity: 'info',
    message: `ENV ${[...stage.env.keys()].join(', ')}: commands that are left to run have it, and the image does not`,
    hint: 'Nodes do not see the environment of their image. What services need goes into their units.',
    lines: instructions.find(({ keyword }) => keyword === 'ENV')!.lines,
  });
}

function readOne(instruction: ParsedInstruction, reading: Reading): void {
  const { stage, input } = reading;
  const { keyword, lines, flags } = instruction;
  if (keyword === 'RUN') {
    if (isRoot(stage)) readRun(instruction, stage, input);
    else notRoot(instruction, stage);
  } else if (keyword === 'LABEL') readLabels(instruction, reading);
  else if (keyword === 'COPY' || keyword === 'ADD') {
    if (flags.some(({ name }) => name === 'from')) readFromStage(instruction, reading);
    else readCopy(instruction, stage, input);
  } else if (OF_CONTAINERS.has(keyword)) {
    pushPiece(stage, { lines, comments: [], as: 'dropped', steps: [], code: undefined, before: [] });
    stage.scope.report({
      code: 'not-of-an-os',
      severity: 'info',
      message: `${keyword} is left out: it means nothing to an operating system that boots`,
      hint: 'What is to run on nodes is a systemd unit.',
      lines,
    });
  } else {
    stage.scope.report({
      code: 'unknown-instruction',
      severity: 'error',
      message: `${keyword} is no instruction of a Containerfile`,
      hint: 'Correct it: the build would fail here, too.',
      lines,
    });
  }
}

/** Of a label that is set twice the last one counts. */
function readLabels({ text, lines, comments }: ParsedInstruction, { stage, input, labels }: Reading): void {
  const found = expandPairs(text, variablesOf(stage), input.escaping);
  if ('missing' in found) {
    stage.scope.report(missingVariable(found.missing, lines));
    return;
  }
  for (const [key] of found.pairs) delete labels.get(key)?.[key];
  const own: Record<string, string> = Object.fromEntries(found.pairs);
  for (const key of Object.keys(own)) labels.set(key, own);
  pushPiece(stage, { lines, comments, as: 'steps', steps: [{ labels: own }], code: undefined, before: [] });
}

/** COPY --from: what a stage before this one made, or what an image has. */
function readFromStage(instruction: ParsedInstruction, { stage, stages, input, names }: Reading): void {
  const { scope } = stage;
  const reference = instruction.flags.find(({ name }) => name === 'from')!.value;
  const written = findStage(reference, stages);
  const whole = written && unfold(written, stages);
  if (whole?.from === CONFIGS) {
    scope.report({
      code: 'stage-of-configs',
      severity: 'error',
      message: 'a stage of the node image itself is copied from, and a stage step cannot have it',
      hint: 'Name an image by digest in its FROM.',
      lines: instruction.lines,
    });
    return;
  }
  const lines = whole?.fromInstruction?.lines ?? instruction.lines;
  const from = pinned(whole ?? { from: reference }, lines, scope.report, false);
  const name = nameOf(written?.name ?? reference);
  // The last piece may be of the same stage: then this is more of its step.
  const last = scope.pieces.findLast(({ as }) => as === 'steps' || as === 'run');
  const before = last?.steps[0];
  if (before !== undefined && 'stage' in before && before.stage!.name.replace(/-\d+$/, '') === name) {
    const copy = readCopyFrom(instruction, stage, before.stage!, input.escaping);
    before.stage!.copy.push(...(copy ?? []));
    return;
  }
  let unique = name;
  for (let n = 2; names.has(unique); n++) unique = `${name}-${n}`;
  names.add(unique);
  const builder = whole === undefined ? { name: unique, from } : builderOf(whole, from, unique, scope, input);
  const copy = readCopyFrom(instruction, stage, builder, input.escaping);
  if (copy !== undefined) pushStage(stage, { ...builder, copy }, instruction);
}

/** A stage's name as the step takes one, and not one of the build's own. */
function nameOf(name: string): string {
  const plain = name
    .replace(/@.*$/, '')
    .split('/')
    .at(-1)!
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return ['', 'configs', 'extract', 'final'].includes(plain) ? `stage${plain && `-${plain}`}` : plain;
}
