import { createHash } from 'node:crypto';
import type { Delivery } from '../build/delivery.ts';
import { failure } from '../diagnostics.ts';
import { assertUpstream, commitOf, currentBranch, isAncestor, upstreamOf } from '../git/branch.ts';
import { assertIdentity } from '../git/commit.ts';
import { hiddenCredentials } from '../git/credentials.ts';
import { assertReachable, formatRemoteBranch, type RemoteBranch } from '../git/remote.ts';
import type { Git } from '../git/repository.ts';
import { gitError, gitIn, runOrThrow } from '../git/run.ts';
import { literal } from '../git/status.ts';
import { committable } from './preconditions.ts';

/** What a delivery needs was looked at, before anything is built. */
export interface Place {
  readonly git: Git;
  /** The branch that pins go onto. */
  readonly onto: RemoteBranch | undefined;
  /** The branch that is checked out; undefined on a detached head. */
  readonly branch: string | undefined;
  /** Whether it is the one that pins go onto, so that its own commits go with them. */
  readonly isOwn: boolean;
}

export async function placeOf(root: string, delivery: Delivery): Promise<Place | undefined> {
  if (!delivery.commit) return undefined;
  const git = await committable(root);
  const { run } = git;
  await assertIdentity(run);
  const branch = await currentBranch(run);
  for (const name of [delivery.onto?.branch, delivery.branch, delivery.publish?.branch])
    if (name !== undefined) await assertBranchName(git, name);
  if (delivery.publish !== undefined) await assertAnswers(git, delivery.publish.repository);
  if (!delivery.push) return { git, onto: undefined, branch, isOwn: false };
  if ((await commitOf(run, 'HEAD')) === undefined) {
    throw failure('input', 'git-no-commits', 'the repository has no commits to pin', {
      hint: 'Commit layers/ and dist/ first.',
    });
  }
  await assertNoSubmodules(git);
  const onto = delivery.onto ?? (await assertUpstream(run));
  await assertAnswers(git, onto.remote);
  const upstream = branch === undefined ? undefined : await upstreamOf(run, branch);
  const isUpstream = upstream?.remote === onto.remote && upstream.branch === onto.branch;
  const isOwn = isUpstream || (upstream === undefined && branch === onto.branch);
  return { git, onto, branch, isOwn };
}

async function assertAnswers({ root, run }: Git, remote: string): Promise<void> {
  const env = { ...process.env, ...(await hiddenCredentials(run, remote)) };
  await assertReachable(gitIn(root, { env }), remote);
}

async function assertBranchName({ run }: Git, name: string): Promise<void> {
  if (name === 'auto' || (await run(['check-ref-format', `refs/heads/${name}`])).code === 0) return;
  throw failure('input', 'branch-name', `${name} is not the name of a branch`, {
    hint: 'Without spaces, "..", and the like: see `git help check-ref-format`.',
  });
}

/** A private work tree has no submodules: what is in one could not be compared with what was built. */
async function assertNoSubmodules({ run, prefix }: Git): Promise<void> {
  const layers = [prefix, 'layers'].filter((part) => part !== '').join('/');
  const listed = await runOrThrow(run, ['ls-files', '--stage', '-z', '--', literal(layers)]);
  const found = listed.split('\0').find((line) => line.startsWith('160000 '));
  if (found === undefined) return;
  throw failure('input', 'git-submodule', `${found.split('\t')[1]} is a git submodule`, {
    hint: 'A pin is pushed only from a repository that has all of layers/ itself. Use --commit, and push by hand.',
  });
}

/** The commit that a pin is put on: what the branch has there, or the user's own commits on top of that. */
export async function baseOf({ git, onto, isOwn }: Place, head: string | undefined): Promise<string> {
  const { run } = git;
  const here = (await commitOf(run, 'HEAD'))!;
  if (head === undefined) return here;
  if (!isOwn || (await isAncestor(run, here, head))) return head;
  if (await isAncestor(run, head, here)) return here;
  throw gitError(
    'git-diverged',
    `this branch and ${formatRemoteBranch(onto!)} have commits that the other lacks`,
    {
      hint: 'Bring yours on top of it, `git pull --rebase`, and run this again: what is built already is not built again.',
    },
  );
}

/** The name of the branch for a set of pools: the same for the same ones. `undefined` stands for all there are. */
export function branchFor(pools: readonly string[] | undefined): string {
  if (pools === undefined) return 'layers/pin-all';
  const sorted = [...pools].sort();
  const sum = createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 8);
  const readable = sorted.length === 1 ? sorted[0]!.replaceAll('/', '-') : `${sorted.length}-pools`;
  return `layers/pin-${readable}-${sum}`;
}
