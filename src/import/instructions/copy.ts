import { posix } from 'node:path';
import { isText } from '../../containerfile/context-file.ts';
import type { ParsedInstruction } from '../../containerfile/parse.ts';
import { quoted, sh } from '../../containerfile/quote.ts';
import { expandWords } from '../../containerfile/words.ts';
import { fileMode, fileOwner } from '../../values/paths.ts';
import { rpm as rpmSchema } from '../../values/rpm.ts';
import { basenameOf } from '../../values/url.ts';
import type { BuildContext, ContextEntry } from '../context.ts';
import type { Code, FileEntry } from '../piece.ts';
import { addFile } from '../scope.ts';
import { pushPiece, type Stage, variablesOf } from '../stage.ts';
import { targetsOf } from './copy-target.ts';
import { missingVariable } from './missing-variable.ts';

/** What COPY needs to know of the repository that is written to. */
export interface CopyInput {
  readonly context: BuildContext;
  readonly escape: string;
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
  const words = wordsOf(instruction, stage, input.escape, fail);
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
      readUrl(source, destination, instruction, stage, fail);
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
          fail('add-unpacks', `ADD unpacks ${from.path}, and no step does`, 'Unpack it, and COPY what was in it.');
        } else files.push({ entry: { path: path!, ...modeOf(from, attributes), ...attributes.owner }, from });
      }
    }
  }
  if (files.length > 0) pushFiles(files, instruction, stage, input);
  if (code.length > 0) {
    const why = 'no step makes links or empty folders';
    pushPiece(stage, { lines, comments: files.length > 0 ? [] : comments, as: 'run', steps: [], code, before: [], why });
  }
}

type Fail = (code: string, message: string, hint: string) => void;

interface Attributes {
  readonly mode?: string;
  readonly owner: { readonly owner?: string };
}

function modeOf(from: ContextEntry, { mode }: Attributes): { mode?: string } {
  const wanted = mode ?? from.mode;
  return wanted === '0644' ? {} : { mode: wanted };
}

function attributesOf({ flags, keyword }: ParsedInstruction, fail: Fail): Attributes | undefined {
  let mode: string | undefined;
  let owner: string | undefined;
  for (const { name, value } of flags) {
    const parsed =
      name === 'chmod' ? fileMode.safeParse(value) : name === 'chown' ? fileOwner.safeParse(value) : undefined;
    if (parsed?.success) {
      if (name === 'chmod') mode = parsed.data;
      else owner = /^0(?::0)?$|^root(?::root)?$/.test(value) ? undefined : groupOf(value);
    } else if (name !== 'link') {
      fail('copy-option', `no step can say ${keyword} --${name}=${value}`, 'Say it in another way, then import again.');
      return undefined;
    }
  }
  return { ...(mode !== undefined && { mode }), owner: owner === undefined ? {} : { owner } };
}

/** A COPY gives a number without a group the group of that number, and a name the user's own. */
function groupOf(owner: string): string {
  return owner.includes(':') ? owner : `${owner}:${owner}`;
}

function wordsOf(
  { text, lines }: ParsedInstruction,
  stage: Stage,
  escape: string,
  fail: Fail,
): readonly string[] | undefined {
  const plain = text.trim().startsWith('[') ? jsonWords(text) : undefined;
  const expanded = expandWords(plain?.map((word) => `"${word.replaceAll(/["\\]/g, '\\$&')}"`).join(' ') ?? text, variablesOf(stage), escape);
  if ('missing' in expanded) {
    stage.scope.report(missingVariable(expanded.missing, lines));
    return undefined;
  }
  if (expanded.words.length >= 2) return expanded.words;
  fail('copy-incomplete', 'this has a source, or a destination, and not both', 'Write COPY <source> <destination>.');
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

/** The most that is written out where no step takes a file. */
const LARGEST = 32 * 1024;

/** A file as code: for what is only there for the build, in /tmp, or where no `files` step may put it. */
function writing({ path, mode = '0644', owner }: FileEntry, content: Uint8Array): Code[] | undefined {
  if (content.length > LARGEST || !isText(content)) return undefined;
  return [
    `mkdir -p ${sh(posix.dirname(path))}`,
    `printf %s ${quoted(Buffer.from(content).toString('utf8'))} > ${sh(path)}`,
    ...(owner === undefined ? [] : [`chown ${sh(owner)} ${sh(path)}`]),
    `chmod ${mode} ${sh(path)}`,
  ];
}

/** `COPY <<EOF /etc/agent.conf`. */
function readTexts(
  { heredocs, lines, comments }: ParsedInstruction,
  sources: readonly string[],
  destination: string,
  { mode, owner }: Attributes,
  stage: Stage,
  fail: Fail,
): void {
  const names = heredocs.map(({ name }) => name);
  if (sources.length !== heredocs.length) {
    fail('files-among-texts', 'files and here-documents in one COPY', 'Write a COPY for each.');
    return;
  }
  const entries = targetsOf(names, destination, stage.workdir).map((path, index): FileEntry | undefined => {
    const { content, isQuoted } = heredocs[index]!;
    const text = isQuoted ? content : expandText(content, stage);
    return text === undefined
      ? undefined
      : { path, content: text, ...(mode !== undefined && mode !== '0644' && { mode }), ...owner };
  });
  if (!entries.every((entry) => entry !== undefined)) {
    fail('variable-without-value', 'a variable in this text has no value here', 'Give it one: --build-arg <name>=….');
    return;
  }
  const code = entries.flatMap((entry) => writing(entry, new TextEncoder().encode(entry.content)) ?? []);
  const piece = pushPiece(stage, { lines, comments, as: 'steps', steps: [{ files: entries }], code, before: [] });
  for (const entry of entries) addFile(stage.scope, entry.path, piece, { entry });
}

function expandText(text: string, stage: Stage): string | undefined {
  // As one word in double quotes, so that its blanks stay.
  const expanded = expandWords(`"${text.replaceAll('"', '\\"')}"`, variablesOf(stage));
  return 'missing' in expanded ? undefined : expanded.words[0];
}

/** ADD of a URL: an RPM that a later command installs, or a download that is left to run. */
function readUrl(
  url: string,
  destination: string,
  { lines, comments }: ParsedInstruction,
  stage: Stage,
  fail: Fail,
): void {
  if (!/^https?:\/\//.test(url)) {
    fail('add-not-http', `no step can fetch ${url}`, 'Fetch it, and COPY it.');
    return;
  }
  const [path] = targetsOf([basenameOf(url)], destination, stage.workdir);
  const piece = pushPiece(stage, {
    lines,
    comments,
    as: 'run',
    steps: [],
    code: [`curl -fsSL --create-dirs -o ${sh(path!)} ${sh(url)}`, `chmod 0600 ${sh(path!)}`],
    before: [],
    why: 'a download has no sum to check it by',
  });
  const rpm = rpmSchema.safeParse({ url });
  addFile(stage.scope, path!, piece, { ...(rpm.success && { rpm: rpm.data }) });
}
