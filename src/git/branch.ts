import type { RemoteBranch } from './remote.ts';
import { gitError, type RunGit } from './run.ts';

/** The branch that is checked out; undefined on a detached head. */
export async function currentBranch(run: RunGit): Promise<string | undefined> {
  const { code, stdout } = await run(['symbolic-ref', '--quiet', '--short', 'HEAD']);
  return code === 0 ? stdout.trim() : undefined;
}

/** Where a branch is pushed to and pulled from, by its configuration. */
export async function upstreamOf(run: RunGit, branch: string): Promise<RemoteBranch | undefined> {
  const of = async (key: string) => (await run(['config', '--get', `branch.${branch}.${key}`])).stdout.trim();
  const [remote, merge] = await Promise.all([of('remote'), of('merge')]);
  if (remote === '' || remote === '.' || !merge.startsWith('refs/heads/')) return undefined;
  return { remote, branch: merge.slice('refs/heads/'.length) };
}

/** Where the checked out branch is pushed to; throws where nothing says so. */
export async function assertUpstream(run: RunGit): Promise<RemoteBranch> {
  const branch = await currentBranch(run);
  if (branch === undefined) {
    throw gitError('git-detached', 'no branch is checked out, so it is not said which one to push to', {
      hint: 'Name it: --onto origin#<branch>. In CI the branch of the request is in a variable, such as $GITHUB_HEAD_REF.',
      source: 'input',
    });
  }
  const upstream = await upstreamOf(run, branch);
  if (upstream !== undefined) return upstream;
  throw gitError('git-no-upstream', `the branch ${branch} has no upstream`, {
    hint: `Name where to push to: --onto origin#${branch}; or set it once: \`git push --set-upstream origin ${branch}\`.`,
    source: 'input',
  });
}

/** The commit a name stands for; undefined where there is none. */
export async function commitOf(run: RunGit, name: string): Promise<string | undefined> {
  const { code, stdout } = await run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return code === 0 ? stdout.trim() : undefined;
}

export async function isAncestor(run: RunGit, ancestor: string, of: string): Promise<boolean> {
  return (await run(['merge-base', '--is-ancestor', ancestor, of])).code === 0;
}
