import { lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Git } from './repository.ts';
import { type GitOptions, gitIn, type RunGit, runOrThrow } from './run.ts';

/** A linked work tree of ours, on no branch: what is done in it touches nothing of the user's. */
export interface PrivateTree {
  /** Its top level. */
  readonly root: string;
  /** Where in it the directory is that the user's git was opened with. */
  readonly directory: string;
  readonly run: RunGit;
  /** For other programs and gits in it. */
  readonly env: NodeJS.ProcessEnv;
  /** Makes it what a commit is, whatever was done in it. */
  reset(commit: string): Promise<void>;
}

/** What a hook that runs us has in its environment: it would lead git back to the user's work tree. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

/** Gives work a private tree below a folder that is ignored by git. It is gone afterwards, and so are those of killed runs. */
export async function withPrivateTree<T>(
  git: Git,
  folder: string,
  work: (tree: PrivateTree) => Promise<T>,
  options: GitOptions = {},
): Promise<T> {
  await removePrivateTrees(git, folder);
  await mkdir(folder, { recursive: true });
  const root = join(folder, String(process.pid));
  try {
    // Without a checkout here: the user's hook post-checkout is for the user's checkouts.
    await runOrThrow(git.run, ['worktree', 'add', '--quiet', '--detach', '--no-checkout', root]);
    const env = Object.fromEntries(
      Object.entries(options.env ?? process.env).filter(([name]) => !OF_A_HOOK.includes(name)),
    );
    const run = gitIn(root, { ...options, env });
    const directory = join(root, git.prefix);
    const reset = async (commit: string) => {
      await runOrThrow(run, ['reset', '--quiet', '--hard', commit]);
      await linkModules(git, root);
    };
    return await work({ root, directory, run, env, reset });
  } finally {
    await removePrivateTrees(git, folder);
  }
}

/** Removes what killed runs have left, with git's note of it. Others' work trees, present or not, are left alone. */
export async function removePrivateTrees({ run }: Git, folder: string): Promise<void> {
  const left = await readdir(folder).catch(() => [] as string[]);
  for (const name of left) await rm(join(folder, name), { recursive: true, force: true });
  const known = await run(['worktree', 'list', '--porcelain']);
  const ours = known.stdout
    .split('\n')
    .filter((line) => line.startsWith(`worktree ${folder}/`))
    .map((line) => line.slice('worktree '.length));
  // Twice: one that was killed while it was made is locked.
  for (const path of ours) await runOrThrow(run, ['worktree', 'remove', '--force', '--force', path]);
}

/** An app of the repository's own finds its packages where the user has installed them. */
async function linkModules(git: Git, root: string): Promise<void> {
  for (let folder = git.prefix; ; folder = dirname(folder)) {
    const at = folder === '' || folder === '.' ? 'node_modules' : join(folder, 'node_modules');
    const there = await lstat(join(git.root, at)).catch(() => undefined);
    if (there !== undefined) {
      await mkdir(dirname(join(root, at)), { recursive: true });
      await symlink(join(git.root, at), join(root, at)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
    if (folder === '' || folder === '.') return;
  }
}
