import { join } from 'node:path';
import { commitOf, isAncestor } from '../git/branch.ts';
import { land } from '../git/land.ts';
import type { PrivateTree } from '../git/private-tree.ts';
import { fetchHead, formatRemoteBranch, type RemoteBranch } from '../git/remote.ts';
import { gitError, type RunGit, runOrThrow } from '../git/run.ts';
import { literal } from '../git/status.ts';
import { type Applied, apply, type Delivered, type Work } from './apply-pins.ts';
import { branchFor, type Place } from './delivery-place.ts';
import { PIN_PATHS } from './pin.ts';
import { pullRequestOf } from './pull-request.ts';

/** What says of a commit that the branch is ours as far as it: the branch, the one that the pins are for, and the commit that they are put on. */
const TRAILER = 'Layers-Branch';

/**
 * Puts the pins on a branch of their own, one commit on top of the branch that they are for. The one that is there is
 * replaced, unless somebody else has committed to it. The checkout stays as it is.
 */
export async function pinOnBranch(
  work: Work,
  place: Place & { onto: RemoteBranch },
  tree: PrivateTree,
): Promise<Delivered> {
  const { delivery, verb, signal, onEvent } = work;
  const { onto } = place;
  const { run } = tree;
  const name = delivery.branch === 'auto' ? branchFor(work.pools) : delivery.branch!;
  const to = { remote: onto.remote, branch: name };
  const paths = PIN_PATHS.map((path) => join(place.git.prefix, path));
  let applied: Applied | undefined;
  const onRejected = (why: string, seconds: number) =>
    onEvent({ type: 'push-rejected', to: formatRemoteBranch(to), why, seconds });
  const commit = await land({ run, to, isOurs: true, signal, onRejected }, async (existing) => {
    const base = await baseFor(place, run);
    const mark = `${name} for ${onto.branch} on`;
    if (existing !== undefined) await assertOurs(run, existing, { to, onto, base, mark, paths });
    applied = await apply(work, tree, base, formatRemoteBranch(onto), [`${TRAILER}: ${mark} ${base}`]);
    if (applied.commit === undefined || existing === undefined) return applied.commit;
    // Another parent alone is no reason for a new run of the request's checks.
    return (await isSame(run, existing, applied.commit, paths)) ? existing : applied.commit;
  });
  const { moves, superseded, findings } = applied!;
  return {
    pinned: commit !== undefined,
    ...(commit !== undefined && { commit, pushed: to }),
    ...pullRequestOf(delivery, moves, verb),
    superseded,
    findings,
  };
}

/** A branch for review has nothing of the checkout's own in it. */
async function baseFor({ git, onto, isOwn }: Place & { onto: RemoteBranch }, run: RunGit): Promise<string> {
  const base = await fetchHead(run, onto);
  if (base === undefined) {
    throw gitError('git-no-branch', `there is no branch ${formatRemoteBranch(onto)}`, {
      hint: 'Push it first, or name another one: --onto <remote>#<branch>.',
    });
  }
  const here = (await commitOf(git.run, 'HEAD'))!;
  if (!isOwn || (await isAncestor(run, here, base))) return base;
  throw gitError('git-unpushed', `the checkout has commits that ${formatRemoteBranch(onto)} does not have`, {
    hint: 'Push them first: a branch of pins has nothing else in it.',
    source: 'input',
  });
}

interface Ours {
  readonly to: RemoteBranch;
  readonly onto: RemoteBranch;
  /** What the other branch has now. */
  readonly base: string;
  readonly mark: string;
  readonly paths: readonly string[];
}

async function assertOurs(
  run: RunGit,
  existing: string,
  { to, onto, base, mark, paths }: Ours,
): Promise<void> {
  const said = async (format: string) =>
    (await runOrThrow(run, ['log', '--max-count=1', `--format=${format}`, existing])).trim();
  const marked = await said(`%(trailers:key=${TRAILER},valueonly)`);
  const other = / for (\S+) on [0-9a-f]+$/.exec(marked)?.[1];
  if (other !== undefined && other !== onto.branch) {
    throw notOurs(`${formatRemoteBranch(to)} has pins for ${other}, and not for ${onto.branch}`);
  }
  const parent = await commitOf(run, `${existing}^`);
  const rest = [':(top)', ...paths.map((path) => literal(path).replace('(top', '(exclude,top'))];
  const isOnlyPins =
    parent !== undefined &&
    (await run(['diff', '--quiet', parent, existing, '--', ...rest])).code === 0 &&
    // Below it there may be somebody's commits as well; a forge may have put it on what the other branch has since.
    (marked === `${mark} ${parent}` || (await isAncestor(run, parent, base)));
  if (marked.startsWith(`${mark} `) && isOnlyPins) return;
  const last = `its last commit is ${existing.slice(0, 12)}, ${await said('%an: %s')}`;
  throw notOurs(`somebody else has committed to ${formatRemoteBranch(to)}`, last);
}

function notOurs(message: string, detail?: string) {
  return gitError('branch-not-ours', message, {
    hint: 'Merge or delete that branch, or name another one: --branch <name>. Nothing was overwritten.',
    ...(detail !== undefined && { detail }),
  });
}

async function isSame(run: RunGit, a: string, b: string, paths: readonly string[]): Promise<boolean> {
  return (await run(['diff', '--quiet', a, b, '--', ...paths.map(literal)])).code === 0;
}
