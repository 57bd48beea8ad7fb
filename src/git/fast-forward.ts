import { isAncestor } from './branch.ts';
import { assertIdle } from './in-progress.ts';
import type { Git } from './repository.ts';
import { literal, statusOf } from './status.ts';

/**
 * Moves the user's checkout on to a commit where that loses nothing: forward, and with no change of the user's in the way.
 * False where it stays as it was.
 */
export async function fastForward(git: Git, to: string, ours: readonly string[]): Promise<boolean> {
  const { run } = git;
  if (await isAncestor(run, to, 'HEAD')) return true;
  if (!(await isAncestor(run, 'HEAD', to)) || !(await isIdle(git))) return false;
  // What another run has written here, and is the same there, would be in the way of itself; staged it is not.
  const changed = (await statusOf(run, ours)).map(({ path }) => literal(path));
  if (changed.length > 0) {
    await run(['add', '--all', '--', ...changed]);
    const isSame = (await run(['diff', '--cached', '--quiet', to, '--', ...changed])).code === 0;
    if (!isSame) {
      await run(['reset', '--quiet', '--', ...changed]);
      return false;
    }
  }
  if ((await run(['merge', '--quiet', '--ff-only', '--no-autostash', to])).code === 0) return true;
  if (changed.length > 0) await run(['reset', '--quiet', '--', ...changed]);
  return false;
}

function isIdle({ run, root }: Git): Promise<boolean> {
  return assertIdle(run, root).then(
    () => true,
    () => false,
  );
}
