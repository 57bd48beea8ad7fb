import { posix } from 'node:path';
import type { ParsedInstruction } from '../containerfile/parse.ts';
import { sh } from '../containerfile/quote.ts';
import { expandWords } from '../containerfile/words.ts';
import type { StepProps } from '../spec/layer.ts';
import { packageName } from '../values/names.ts';
import { readCopy } from './instructions/copy.ts';
import { targetsOf } from './instructions/copy-target.ts';
import { missingVariable } from './instructions/missing-variable.ts';
import { readRun } from './instructions/run.ts';
import { readSetting } from './instructions/settings.ts';
import { type Code, type FileEntry, withState } from './piece.ts';
import type { ReadInput } from './read.ts';
import type { Scope } from './scope.ts';
import { isRoot, newStage, pushPiece, type Stage, variablesOf } from './stage.ts';
import type { WrittenStage } from './stages.ts';

type StageProps = NonNullable<Extract<StepProps, { stage?: unknown }>['stage']>;

/** Folders that a `stage` step may not put files into, though nothing of a stage ships but what is copied. */
const NOT_FOR_FILES = /^\/(?:var|opt|usr\/local|home|root|srv|mnt|run|tmp|media|dev|proc|sys)(?:\/|$)/;

/** What a stage before the last one does, as a `stage` step without what is copied from it. */
export function builderOf(
  written: WrittenStage,
  from: string,
  name: string,
  scope: Scope,
  input: ReadInput,
): Omit<StageProps, 'copy'> {
  // Its commands stay commands: a stage is code, and nothing of it has to be known but what is copied.
  const own = { cwd: '/', variables: new Map(), pieces: [], files: new Map(), unsaved: new Map() };
  const stage = newStage({ ...scope, ...own });
  const files: FileEntry[] = [];
  const commands: string[] = [];
  let packages: string[] | undefined;
  for (const instruction of written.instructions) {
    const before = stage.scope.pieces.length;
    if (readSetting(instruction, stage, input)) {
      collect(stage, before, commands, files);
      continue;
    }
    const { keyword, lines, text } = instruction;
    if (keyword === 'RUN') {
      if (!isRoot(stage)) notRoot(instruction, stage);
      const names = commands.length + files.length === 0 ? installedBy(text) : undefined;
      if (names !== undefined && packages === undefined && stage.env.size === 0) packages = names;
      else {
        readRun(instruction, stage, input, true);
        collect(stage, before, commands, files);
      }
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      if (instruction.flags.some((flag) => flag.name === 'from')) {
        scope.report({
          code: 'stage-from-stage',
          severity: 'error',
          message: 'a stage copies from another one, and a stage step cannot',
          hint: 'Make one stage of the two.',
          lines,
        });
      } else readCopy(instruction, stage, input);
      collect(stage, before, commands, files);
    }
  }
  return {
    name,
    from,
    ...(packages && { packages }),
    ...(files.length > 0 && { files }),
    ...(commands.length > 0 && { run: commands }),
  };
}

function installedBy(text: string): string[] | undefined {
  const found = /^(?:dnf|yum|microdnf) (?:-y install|install -y) ((?:[^\s-]\S*\s*)+)$/.exec(
    text.trim().replaceAll(/\s+/g, ' '),
  );
  const names = found === null ? undefined : found[1]!.trim().split(' ');
  return names?.every((name) => packageName.safeParse(name).success) ? names : undefined;
}

/** What the instruction that was read has left, as files and commands. */
function collect(stage: Stage, from: number, commands: string[], files: FileEntry[]): void {
  for (const piece of stage.scope.pieces.slice(from)) {
    const entries = piece.steps.flatMap((step) => ('files' in step ? (step.files as FileEntry[]) : []));
    const isFile = piece.as === 'steps' && entries.every(({ path }) => !NOT_FOR_FILES.test(path));
    if (isFile) files.push(...entries);
    else if (piece.code !== undefined) commands.push(...withState(piece).map(asText));
    else {
      stage.scope.report({
        code: 'file-too-large',
        severity: 'error',
        message: `the stage step takes no files for ${posix.dirname(entries[0]?.path ?? '/')}, and these are too large or not text`,
        hint: 'Copy them to another folder of the stage, such as /src.',
        lines: piece.lines,
      });
    }
  }
}

function asText(code: Code): string {
  return typeof code === 'string' ? code : code.map(sh).join(' ');
}

export function notRoot({ lines }: ParsedInstruction, { user, scope }: Stage): void {
  scope.report({
    code: 'user-not-root',
    severity: 'error',
    message: `this runs as ${user}, and what steps run is run by root`,
    hint: 'Write USER root before it, and chown what is to belong to others.',
    lines,
  });
}

/** `COPY --from=`: what the image gets of a stage. Adds to the stage's commands where its sources have to be looked at there. */
export function readCopyFrom(
  instruction: ParsedInstruction,
  stage: Stage,
  builder: Omit<StageProps, 'copy'>,
  escaping: string,
): { from: string; to: string }[] | undefined {
  const { lines } = instruction;
  const found = expandWords(instruction.text, variablesOf(stage), escaping);
  if ('missing' in found) {
    stage.scope.report(missingVariable(found.missing, lines));
    return undefined;
  }
  const destination = found.words.at(-1);
  const sources = found.words.slice(0, -1).map((source) => posix.join('/', source));
  if (destination === undefined || sources.length === 0) return undefined;
  const run = (command: string): void => {
    builder.run = [...(builder.run ?? []), command];
  };
  for (const { name, value } of instruction.flags) {
    if (name === 'chmod' && /^[0-7]{3,4}$/.test(value))
      for (const source of sources) run(`chmod -R ${value} ${pattern(source)}`);
    else if (name === 'chown' && /^\d+(?::\d+)?$/.test(value))
      for (const source of sources) run(`chown -R ${value} ${pattern(source)}`);
    else if (name !== 'from' && name !== 'link') {
      stage.scope.report({
        code: 'copy-option',
        severity: 'error',
        message: `no step can say COPY --from with --${name}=${value}`,
        hint: 'Say it by a command of the stage.',
        lines,
      });
      return undefined;
    }
  }
  const isInto = sources.length > 1 || /\/\.?$/.test(destination);
  const isCertain = sources.every((source) => !/[*?[]/.test(source) && /\/[^/]+\.(?!d$)\w+$/.test(source));
  if (!isInto || isCertain) {
    const names = sources.map((source) => posix.basename(source));
    const targets = targetsOf(names, destination, stage.workdir);
    return sources.map((from, index) => ({ from, to: targets[index]! }));
  }
  // Of a folder COPY takes what is in it, of a file the file: which it is, only the stage knows.
  const folder = `/imported/${(builder.run?.length ?? 0) + 1}`;
  run(
    `mkdir -p ${folder} && for source in ${sources.map(pattern).join(' ')}; do if [ -d "$source" ]; then cp -a "$source/." ${folder}/; else cp -a "$source" ${folder}/; fi || exit 1; done`,
  );
  return [{ from: folder, to: posix.resolve(stage.workdir, destination) }];
}

/** Quoted, but for what makes it a pattern. */
function pattern(path: string): string {
  return path
    .split(/([*?[\]])/)
    .map((part) => (/^[*?[\]]$/.test(part) || part === '' ? part : sh(part)))
    .join('');
}

/** A stage that is only there to be copied from. */
export function pushStage(stage: Stage, props: StageProps, instruction: ParsedInstruction): void {
  pushPiece(stage, {
    lines: instruction.lines,
    comments: instruction.comments,
    as: 'steps',
    steps: [{ stage: props }],
    code: undefined,
    before: [],
  });
}
