import { failure } from '../diagnostics.ts';
import { assertIdle } from '../git/in-progress.ts';
import { type Git, openGit } from '../git/repository.ts';
import { drift, render } from '../synth/synth.ts';

/** What was reviewed is what is built: a `dist/` that is not what `layers/` says is neither. */
export function assertFresh(root: string, files = render(root).files): void {
  const changes = drift(root, files);
  if (changes.length === 0) return;
  const paths = changes.slice(0, 5).map(({ path, change }) => `dist/${path} would be ${change}`);
  throw failure('input', 'dist-stale', 'dist/ is not what layers/ says', {
    hint: 'Run `layers synth`, and review what changes: the build is made from dist/.',
    detail: [...paths, ...(changes.length > 5 ? [`and ${changes.length - 5} more`] : [])].join('\n'),
  });
}

/** The git work tree, where nothing is in progress and all of `layers/` but the lock is committed. */
export async function committable(root: string): Promise<Git> {
  const git = await openGit(root);
  if (git === undefined) {
    throw failure('input', 'no-git', `${root} is not in a git work tree`, {
      hint: 'Leave out --commit, or `git init`.',
    });
  }
  // Before what that has changed: to commit it now is not what is to be done.
  await assertIdle(git.run, git.root);
  const dirty = (await git.uncommitted(['layers'])).filter(
    (path) => !/(?:^|\/)layers\/lock\/.+\.lock$/.test(path),
  );
  if (dirty.length > 0) {
    throw failure('input', 'layers-uncommitted', 'layers/ has changes that are not committed', {
      hint: 'Commit them first: a pin says which commit it was built from.',
      detail: dirty.slice(0, 10).join('\n'),
    });
  }
  return git;
}
