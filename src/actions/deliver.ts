import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCAL } from '../build/journal.ts';
import { atWork, recover, settled } from '../git/at-work.ts';
import { commitOf } from '../git/branch.ts';
import { hiddenCredentials } from '../git/credentials.ts';
import { fastForward } from '../git/fast-forward.ts';
import { land } from '../git/land.ts';
import { type PrivateTree, removePrivateTrees, withPrivateTree } from '../git/private-tree.ts';
import { formatRemoteBranch, type RemoteBranch } from '../git/remote.ts';
import { type Git, openGit } from '../git/repository.ts';
import { type Applied, apply, type Delivered, type Work } from './apply-pins.ts';
import { baseOf, type Place } from './delivery-place.ts';
import { commitPins, PIN_PATHS } from './pin.ts';
import { pinOnBranch } from './pin-branch.ts';
import { publish } from './publish.ts';
import { pullRequestOf } from './pull-request.ts';

/** The folder for work trees of ours. */
export function treesOf({ root, prefix }: Git): string {
  return join(root, prefix, LOCAL, 'trees');
}

/** The file that is there while git changes the checkout. */
function noteOf({ root, prefix }: Git): string {
  return join(root, prefix, LOCAL, 'git-at-work');
}

/** Brings git in order after a run that was killed: the checkout, and work trees of ours with git's notes of them. */
export async function settleGit(root: string): Promise<void> {
  if (![join(LOCAL, 'trees'), join(LOCAL, 'git-at-work')].some((path) => existsSync(join(root, path))))
    return;
  const git = await openGit(root);
  if (git === undefined) return;
  await recover(git, noteOf(git));
  if ((await readdir(treesOf(git)).catch(() => [])).length > 0) await settled([treesOf(git)]);
  await removePrivateTrees(git, treesOf(git));
}

/** Pins in the work tree, or where the delivery says, and does with the pins what it says. */
export async function deliver(work: Work, place: Place | undefined): Promise<Delivered> {
  if (place === undefined) return { pinned: await work.here(), superseded: [], findings: [] };
  if (place.onto === undefined) return deliverHere(work, place);
  const { onto } = place;
  const env = await hiddenCredentials(place.git.run, onto.remote);
  const options = { env: { ...process.env, ...env }, signal: work.signal };
  return withPrivateTree(
    place.git,
    treesOf(place.git),
    async (tree) => {
      if (work.delivery.branch !== undefined) return pinOnBranch(work, { ...place, onto }, tree);
      return deliverThere(work, { ...place, onto }, tree);
    },
    options,
  );
}

async function deliverHere(work: Work, { git }: Place): Promise<Delivered> {
  const { root, verb, delivery } = work;
  const pinned = await work.here();
  const { message, trailers } = delivery;
  const { commit, moves } = await atWork(noteOf(git), undefined, () =>
    commitPins(git, root, { verb, message, trailers }),
  );
  const published = delivery.publish && (await publish(work, git, delivery.publish));
  return {
    pinned,
    ...(commit !== undefined && { commit }),
    ...(published && { published }),
    ...pullRequestOf(delivery, moves, verb),
    superseded: [],
    findings: [],
  };
}

/** Pushes the pins to a branch that others write to as well, and lets the checkout follow. */
async function deliverThere(
  work: Work,
  place: Place & { onto: RemoteBranch },
  tree: PrivateTree,
): Promise<Delivered> {
  const { delivery, verb, signal, onEvent } = work;
  const { git, onto, branch, isOwn } = place;
  const to = formatRemoteBranch(onto);
  let applied: Applied | undefined;
  let top = '';
  const onRejected = (why: string, seconds: number) => onEvent({ type: 'push-rejected', to, why, seconds });
  const commit = await land({ run: tree.run, to: onto, signal, onRejected }, async (head) => {
    const base = await baseOf(place, head);
    applied = await apply(work, tree, base, to);
    top = applied.commit ?? base;
    return applied.commit;
  });
  const { moves, superseded, findings } = applied!;
  const follows = branch === undefined || isOwn;
  const paths = PIN_PATHS.map((path) => join(git.prefix, path));
  // Also to pins that a run pushed which was killed before the checkout could follow.
  const checkedOut = follows && (await follow(git, top, paths));
  const published = delivery.publish && (await publish(work, git, delivery.publish, { tree, onto }));
  return {
    pinned: commit !== undefined,
    ...(commit !== undefined && { commit, pushed: onto, checkedOut }),
    ...(published && { published }),
    ...pullRequestOf(delivery, moves, verb),
    superseded,
    findings,
  };
}

/** Lets the checkout follow to a commit, if that loses nothing. */
async function follow(git: Git, to: string, paths: readonly string[]): Promise<boolean> {
  const from = (await commitOf(git.run, 'HEAD'))!;
  return atWork(noteOf(git), { from, to }, () => fastForward(git, to, paths));
}
