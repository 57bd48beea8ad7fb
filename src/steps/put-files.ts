import { type ContextFile, contextName, sha256Of } from '../containerfile/context-file.ts';
import type { Command, Instruction } from '../containerfile/instruction.ts';
import { shellTemplate } from '../containerfile/template.ts';
import type { AbsolutePath } from '../values/paths.ts';
import { attributes, downloadFile, parentOf, withGroup, writeBytes } from './file-commands.ts';
import { reportNotShipped } from './not-shipped.ts';
import { copyTree, membersOf, type TreeMember, writeTree } from './put-tree.ts';
import type { Claim, StepContext, StepOutput } from './step.ts';
import { expandPath, mentionsVariable } from './variables.ts';

/** A file for the image: its text, the file or folder below `layers/` that has its bytes, or where it is downloaded from. */
export interface PutFile {
  readonly path: AbsolutePath;
  readonly content?: string | undefined;
  readonly source?: string | undefined;
  readonly url?: string | undefined;
  /** The sum of a download. */
  readonly sha256?: string | undefined;
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  /** Where it is written, within the step's props. */
  readonly at: readonly (string | number)[];
  /** The key there that its path is made of; what has a name rather than a path is never a folder. Default: path. */
  readonly named?: string;
}

/** Puts files into the image or into a stage before it: from the build's context where there is one, else within the commands. */
export function putFiles(
  written: readonly PutFile[],
  context: StepContext,
  where: 'image' | 'stage' = 'image',
): Required<Pick<StepOutput, 'instructions' | 'files' | 'claims'>> {
  const files = written.map((file) => ({
    ...file,
    path: expandPath(file.path, context, [...file.at, file.named ?? 'path']),
  }));
  const puts = files.map((file) => put(file, context));
  const claims = files.flatMap(({ at, named = 'path' }, index) =>
    puts[index]!.paths.map((name): Claim => ({ verb: 'writes', name, at: [...at, named] })),
  );
  // A stage is not what the nodes get.
  if (where === 'image') reportNotShipped(claims, context);
  if (!context.hasContext) {
    const commands = puts.flatMap(({ commands }) => commands());
    return {
      instructions: commands.length === 0 ? [] : [{ kind: 'run', commands, cleans: false }],
      files: [],
      claims,
    };
  }
  return {
    instructions: puts.flatMap(({ instructions }) => instructions()),
    files: puts.flatMap(({ files }) => files),
    claims,
  };
}

/** One entry: what it writes, and how, with a context and without one. */
interface Put {
  readonly paths: readonly AbsolutePath[];
  readonly files: readonly ContextFile[];
  instructions(): Instruction[];
  commands(): Command[];
}

function put(file: PutFile, context: StepContext): Put {
  if (file.url !== undefined) return putDownload(file, file.url, file.sha256!);
  if (file.content !== undefined) {
    if (mentionsVariable(file.content)) reportVariable(file, context);
    const content = new TextEncoder().encode(file.content);
    const sha256 = sha256Of(content);
    const contextFile = { name: contextName(file.path, sha256), sha256, content };
    return putBytes(file, contextFile, () => content);
  }
  const at = [...file.at, 'source'];
  const tree = file.named === undefined ? context.tree(file.source!, at) : undefined;
  if (tree !== undefined) return putTree(file, membersOf(file, tree));
  const source = context.source(file.source!, at);
  if (source === undefined)
    return { paths: [file.path], files: [], instructions: () => [], commands: () => [] };
  return putBytes(file, { name: source.name, sha256: source.sha256, source: source.source }, source.read);
}

function reportVariable({ at }: PutFile, context: StepContext): void {
  context.report({
    code: 'variable-in-content',
    severity: 'info',
    message: 'the content of files is taken as it is: this ${release.…} stays in it',
    hint: 'Write the value that is meant.',
    path: [...at, 'content'],
  });
}

function putBytes(file: PutFile, contextFile: ContextFile, read: () => Uint8Array): Put {
  const { path, mode = '0644', owner = '' } = file;
  return {
    paths: [path],
    files: [contextFile],
    instructions: () => [fromContext(file, contextFile.name)],
    commands: () => [
      ...parentOf(path),
      ...writeBytes(path, read()),
      ...attributes({ paths: [path], mode, owner: owner && withGroup(owner) }),
    ],
  };
}

function putTree({ path, owner }: PutFile, members: readonly TreeMember[]): Put {
  return {
    paths: members.map((member) => member.path),
    files: members.map(({ file: { name, sha256, source } }) => ({ name, sha256, source: source! })),
    instructions: () => (members.length === 0 ? [] : [copyTree(path, owner, members)]),
    commands: () => writeTree(path, owner, members),
  };
}

function putDownload({ path, mode = '0644', owner }: PutFile, url: string, sha256: string): Put {
  const file = `/tmp/${contextName(path, sha256)}`;
  const commands = () => downloadFile({ url, sha256, file, path, mode, owner });
  return {
    paths: [path],
    files: [],
    instructions: () => [{ kind: 'run', commands: commands(), cleans: false }],
    commands,
  };
}

/** A name that buildah 1.28 gives a file on its way: others make its COPY fail, for want of room in an old tar header. */
const COPIED_NAME = /^[ -~]{1,100}$/;

function fromContext({ path, mode = '0644', owner = 'root' }: PutFile, source: string): Instruction {
  if (COPIED_NAME.test(path.slice(path.lastIndexOf('/') + 1))) {
    return { kind: 'copy', source, target: path, mode, owner: withGroup(owner) };
  }
  const mounted = `/tmp/${source}`;
  const commands = [
    ...parentOf(path),
    ...copy({ mounted, path }),
    ...attributes({ paths: [path], mode, owner: withGroup(owner) }),
  ];
  return { kind: 'run', commands, mounts: [{ source, target: mounted }], cleans: false };
}

const copy = shellTemplate('cp {{sh mounted}} {{sh path}}', { mounted: '', path: '' });
