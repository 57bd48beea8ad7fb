import { failure } from '../diagnostics.ts';
import { withConfig } from './credentials.ts';
import { type GitOptions, gitIn, type RunGit, runOrThrow } from './run.ts';

/** What of a repository's configuration says who commits, how it is signed, and how others are reached. */
const INHERITED =
  /^(?:user|author|committer|gpg|credential|http|https|url|ssh|protocol)\.|^commit\.gpgsign$|^push\.pushoption$|^core\.(?:sshcommand|askpass)$/i;

/** An empty repository in a folder, for commits into another one: with the user's own settings, and no checkout. */
export async function scratchRepository(
  user: RunGit,
  folder: string,
  { env = process.env, signal }: GitOptions,
): Promise<RunGit> {
  const listed = await runOrThrow(user, ['config', '--list', '--null']);
  const settings = listed
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [, key, value] = /^([^\n]*)\n?(.*)$/s.exec(entry)!;
      return [key!, value!] as const;
    })
    .filter(([key]) => INHERITED.test(key));
  await runOrThrow(gitIn(folder, { env, signal }), ['init', '--quiet', '--initial-branch=layers', '.']);
  return gitIn(folder, { env: { ...env, ...withConfig(env, settings) }, signal });
}

/**
 * Stages that a folder holds these files, by their paths below it, and no others that `isOurs`. The rest of the folder, and
 * everything outside of it, stays as the commit has it. False where that is so already.
 */
export async function stageFolder(
  run: RunGit,
  head: string | undefined,
  folder: string,
  files: ReadonlyMap<string, string>,
  isOurs: (path: string) => boolean,
): Promise<boolean> {
  await runOrThrow(run, ['read-tree', ...(head === undefined ? ['--empty'] : [head])]);
  if (head !== undefined) await assertFolders(run, head, folder);
  const listed = await runOrThrow(run, ['ls-files', '-z', '--', `:(literal)${folder}/`]);
  const gone = listed.split('\0').filter((path) => path !== '' && isOurs(path));
  const paths = [...files.values()].map((path) => `${path}\n`).join('');
  const blobs = (await runOrThrow(run, ['hash-object', '-w', '--no-filters', '--stdin-paths'], paths)).split(
    '\n',
  );
  const nothing = '0'.repeat(blobs[0]?.length ?? 40);
  const lines = [
    ...gone.map((path) => `0 ${nothing}\t${path}\0`),
    ...[...files.keys()].map((path, index) => `100644 ${blobs[index]}\t${folder}/${path}\0`),
  ];
  await runOrThrow(run, ['update-index', '-z', '--index-info'], lines.join(''));
  if (head === undefined) return files.size > 0;
  return (await run(['diff-index', '--cached', '--quiet', head])).code !== 0;
}

/** A link or a file in the folder's place is somebody else's, and may lead anywhere. */
async function assertFolders(run: RunGit, head: string, folder: string): Promise<void> {
  const parts = folder.split('/');
  const parents = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const listed = await runOrThrow(run, ['ls-tree', '-z', head, '--', ...parents]);
  for (const entry of listed.split('\0').filter((line) => line !== '')) {
    const [, type, path] = /^\d+ (\w+) [0-9a-f]+\t(.*)$/s.exec(entry)!;
    if (type === 'tree') continue;
    throw failure('input', 'publish-path', `${path} in the repository to publish to is not a folder`, {
      hint: 'Name another path, or remove what is there.',
    });
  }
}
