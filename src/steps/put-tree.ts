import type { Command, Instruction, Mount } from '../containerfile/instruction.ts';
import type { AbsolutePath } from '../values/paths.ts';
import { attributes, installFile, makeFolders, withGroup, writeBytes } from './file-commands.ts';
import type { TreeFile } from './step.ts';

/** A file of a folder, and where it goes. */
export interface TreeMember {
  readonly path: AbsolutePath;
  readonly mode: string;
  readonly file: TreeFile;
}

/** Each file of a folder below a path of the image, with the mode that git has of it where none is given. */
export function membersOf(
  { path, mode }: { readonly path: AbsolutePath; readonly mode?: string | undefined },
  files: readonly TreeFile[],
): TreeMember[] {
  return files.map((file) => ({
    path: `${path}/${file.below}` as AbsolutePath,
    mode: mode ?? (file.isExecutable ? '0755' : '0644'),
    file,
  }));
}

/** In one instruction: a COPY for each file would make a layer of each, which nodes fetch one by one. */
export function copyTree(
  root: AbsolutePath,
  owner: string | undefined,
  members: readonly TreeMember[],
): Instruction {
  const names = [...new Set(members.map(({ file }) => file.name))];
  return {
    kind: 'run',
    commands: [
      ...makeFolders(foldersOf(root, members), owner),
      ...members.flatMap(({ path, mode, file }) => installFile(mounted(file.name), path, mode, owner)),
    ],
    mounts: names.map((name): Mount => ({ source: name, target: mounted(name) })),
    cleans: false,
  };
}

function mounted(name: string): string {
  return `/tmp/${name}`;
}

/** Within the commands, for a build without a context. */
export function writeTree(
  root: AbsolutePath,
  owner: string | undefined,
  members: readonly TreeMember[],
): Command[] {
  const modes = [...new Set(members.map(({ mode }) => mode))].sort();
  return [
    ...(members.length === 0 ? [] : makeFolders(foldersOf(root, members), owner)),
    ...members.flatMap(({ path, file }) => writeBytes(path, file.read())),
    ...modes.flatMap((mode) =>
      attributes({
        paths: members.filter((member) => member.mode === mode).map(({ path }) => path),
        mode,
        owner: owner === undefined ? '' : withGroup(owner),
      }),
    ),
  ];
}

/** The tree's folders, each after its parent. */
function foldersOf(root: string, members: readonly TreeMember[]): string[] {
  const folders = new Set([root]);
  for (const { path } of members) {
    for (let end = path.indexOf('/', root.length + 1); end >= 0; end = path.indexOf('/', end + 1)) {
      folders.add(path.slice(0, end));
    }
  }
  return [...folders];
}
