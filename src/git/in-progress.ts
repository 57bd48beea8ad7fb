import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gitError, type RunGit, runOrThrow } from './run.ts';

/** What git leaves in its directory while it waits for somebody to finish something. */
const MARKS: Readonly<Record<string, string>> = {
  MERGE_HEAD: 'merge',
  'rebase-merge': 'rebase',
  'rebase-apply': 'rebase',
  CHERRY_PICK_HEAD: 'cherry-pick',
  REVERT_HEAD: 'revert',
  BISECT_LOG: 'bisect',
};

/** Refuses to commit into the middle of a merge or a rebase: the commit would become part of it, or be lost with it. */
export async function assertIdle(run: RunGit, root: string): Promise<void> {
  // Git knows where: a linked worktree has its own.
  const marks = Object.keys(MARKS);
  const args = marks.flatMap((mark) => ['--git-path', mark]);
  const paths = (await runOrThrow(run, ['rev-parse', ...args])).split('\n');
  for (const [index, mark] of marks.entries()) {
    if (!(await exists(resolve(root, paths[index]!)))) continue;
    const verb = MARKS[mark]!;
    throw gitError('git-busy', `a ${verb} is in progress in ${root}`, {
      hint: `Finish it (git ${verb} ${verb === 'bisect' ? 'reset' : '--continue'})${verb === 'bisect' ? '' : ` or give it up (git ${verb} --abort)`}, then try again.`,
    });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
