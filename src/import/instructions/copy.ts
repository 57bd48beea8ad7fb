import { posix } from 'node:path';
import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { sh } from '../../containerfile/quote.ts';
import { expandWords } from '../../containerfile/words.ts';
import { rpm as rpmSchema } from '../../values/rpm.ts';
import type { BuildContext, ContextEntry } from '../context.ts';
import type { Code, FileEntry } from '../piece.ts';
import { addFile } from '../scope.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';
import { readUrl } from './add-url.ts';
import { attributesOf, type Fail, modeOf } from './copy-attributes.ts';
import { targetsOf } from './copy-target.ts';
import { readTexts } from './copy-texts.ts';
import { missingVariable } from './missing-variable.ts';
import { writing } from './write-file.ts';

/** What COPY needs to know of the repository that is written to. */
export interface CopyInput {
  readonly context: BuildContext;
  readonly escaping: string;
  /** Takes a file of the context over, and says how a step names it: `files/<layer>/<path>`. */
  takeOver(path: string): string;
}

/** A COPY or ADD of files that the build's context has, or that are written in place. */
export function readCopy(instruction: ParsedInstruction, stage: Stage, input: CopyInput): void {
  const { scope } = stage;
  const { lines, comments, keyword } = instruction;
  const fail = (code: string, message: string, hint: string): void =>
    scope.report({ code, severity: 'error', message, hint, lines });
  const attributes = attributesOf(instruction, fail);
  const words = wordsOf(instruction, stage, input.escaping, fail);
  if (attributes === undefined || words === undefined) return;
  const destination = words.at(-1)!;
  const sources = words.slice(0, -1);
  if (instruction.heredocs.length > 0) {
    readTexts(instruction, sources, destination, attributes, stage, fail);
    return;
  }
  const files: { entry: FileEntry; from: ContextEntry }[] = [];
  const code: Code[] = [];
  for (const source of sources) {
    if (/^[a-z]+:\/\/|^git@/.test(source)) {
      readUrl(source, destination, instruction, attributes, stage, fail);
      if (sources.length > 1) fail('url-among-files', 'a URL among other sources', 'Write an ADD for each.');
      continue;
    }
    const found = input.context.find(source);
    if (found.length === 0) {
      fail(
        'not-in-context',
        `there is no ${source} in the build's context`,
        'Name the folder that the build would get: --context <dir>.',
      );
      return;
    }
    for (const top of found) {
      const all = top.kind === 'folder' ? input.context.below(top.path) : [top];
      const below = top.kind === 'folder' ? `${top.path}/`.replace(/^\/$/, '') : undefined;
      for (const from of all) {
        const name = below === undefined ? posix.basename(from.path) : from.path.slice(below.length);
        const isInto = below !== undefined || found.length > 1 || sources.length > 1;
        const [path] = targetsOf([name], destination, stage.workdir, isInto);
        if (from.kind === 'folder') {
          if (input.context.below(from.path).length === 0) code.push(`mkdir -p ${sh(path!)}`);
        } else if (from.kind === 'link') {
          code.push(`mkdir -p ${sh(posix.dirname(path!))}`, `ln -sfn ${sh(from.target!)} ${sh(path!)}`);
        } else if (from.kind === 'other') {
          fail('not-a-file', `${from.path} is neither a file nor a folder`, 'Take it out of the context.');
        } else if (keyword === 'ADD' && /\.(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|tbz2|txz)$/.test(from.path)) {
          fail(
            'add-unpacks',
            `ADD unpacks ${from.path}, and no step does`,
            'Unpack it, and COPY what was in it.',
          );
        } else files.push({ entry: { path: path!, ...modeOf(from, attributes), ...attributes.owner }, from });
      }
    }
  }
  if (files.length > 0) pushFiles(files, instruction, stage, input);
  if (code.length > 0) {
    const why = 'no step makes links or empty folders';
    pushPiece(stage, {
      lines,
      comments: files.length > 0 ? [] : comments,
      as: 'run',
      steps: [],
      code,
      before: [],
      why,
    });
  }
}

function wordsOf(
  { text, lines }: ParsedInstruction,
  stage: Stage,
  escaping: string,
  fail: Fail,
): readonly string[] | undefined {
  const plain = text.trim().startsWith('[') ? jsonWords(text) : undefined;
  const expanded = expandWords(
    plain?.map((word) => `"${word.replaceAll(/["\\]/g, '\\$&')}"`).join(' ') ?? text,
    variablesOf(stage),
    escaping,
  );
  if ('missing' in expanded) {
    stage.scope.report(missingVariable(expanded.missing, lines));
    return undefined;
  }
  if (expanded.words.length >= 2) return expanded.words;
  fail(
    'copy-incomplete',
    'this has a source, or a destination, and not both',
    'Write COPY <source> <destination>.',
  );
  return undefined;
}

function jsonWords(text: string): string[] | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) && found.every((word) => typeof word === 'string') ? found : undefined;
  } catch {
    return undefined;
  }
}

function pushFiles(
  files: readonly { entry: FileEntry; from: ContextEntry }[],
  { lines, comments }: ParsedInstruction,
  stage: Stage,
  { context, takeOver }: CopyInput,
): void {
  const entries = files.map(({ entry, from }): FileEntry => ({ ...entry, source: takeOver(from.path) }));
  const code = files.map(({ entry, from }) => writing(entry, context.read(from.path)));
  const piece = pushPiece(stage, {
    lines,
    comments,
    as: 'steps',
    steps: [{ files: entries }],
    code: code.every((one) => one !== undefined) ? code.flat() : undefined,
    before: [],
  });
  for (const entry of entries) {
    const rpm = rpmSchema.safeParse({ file: entry.source });
    addFile(stage.scope, entry.path, piece, { entry, ...(rpm.success && { rpm: rpm.data }) });
  }
}
