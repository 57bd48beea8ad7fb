import { join } from 'node:path';
import type { Publication, Published } from '../build/delivery.ts';
import { DIST } from '../build/dist.ts';
import { withScratch } from '../build/run.ts';
import { failure } from '../diagnostics.ts';
import { commitOf, isAncestor } from '../git/branch.ts';
import { hiddenCredentials } from '../git/credentials.ts';
import { scratchRepository, stageFolder } from '../git/folder.ts';
import { land } from '../git/land.ts';
import type { PrivateTree } from '../git/private-tree.ts';
import { fetchHead, formatRemoteBranch, type RemoteBranch } from '../git/remote.ts';
import type { Git } from '../git/repository.ts';
import { type RunGit, runOrThrow } from '../git/run.ts';
import { readFiles } from '../synth/dist.ts';
import type { Work } from './apply-pins.ts';

/** The branch that was pushed to, and a work tree to see in what it has since. */
interface Pushed {
  readonly tree: PrivateTree;
  readonly onto: RemoteBranch;
}

/** Says which commit of this repository manifests are of. */
const TRAILER = 'Layers-Source';

/** Everything of `dist/` that is a manifest, and nothing else: the rest is for review and for builds. */
const isManifest = (path: string) => path.endsWith('.k8s.yaml');

/** Copies the manifests into a folder of another repository. */
export async function publish(
  work: Work,
  git: Git,
  { repository, branch, path }: Publication,
  pushed?: Pushed,
): Promise<Published> {
  const { root, delivery, signal, onEvent } = work;
  const to = { remote: repository, branch };
  const where = formatRemoteBranch(to);
  const commit = await withScratch(root, 'publish', async (folder) => {
    const env = { ...process.env, ...(await hiddenCredentials(git.run, repository)) };
    const run = await scratchRepository(git.run, folder, { env, signal });
    const onRejected = (why: string, seconds: number) =>
      onEvent({ type: 'push-rejected', to: where, why, seconds });
    // Without a push the source is this checkout, and older than what is there, perhaps: that takes the history to know.
    const depth = pushed === undefined ? {} : { depth: 1 };
    return land({ run, to, ...depth, signal, onRejected }, async (head) => {
      const source = await sourceOf(git, root, pushed);
      if (pushed === undefined && head !== undefined)
        await assertNotOlder(run, git.run, head, source.commit, path);
      const manifests = [...readFiles(join(source.directory, DIST)).keys()].filter(isManifest);
      const files = new Map(manifests.map((file) => [file, join(source.directory, DIST, file)]));
      if (!(await stageFolder(run, head, path, files, isManifest))) return undefined;
      // What an attempt before has left there is not what this one is made on.
      const ref = 'refs/heads/layers';
      await run(['update-ref', ...(head === undefined ? ['-d', ref] : [ref, head])]);
      const message = messageOf(delivery.message, delivery.trailers, source.commit, path);
      await runOrThrow(run, ['commit', '--quiet', `--message=${message}`]);
      return commitOf(run, 'HEAD');
    });
  });
  return { repository, branch, path, ...(commit !== undefined && { commit }) };
}

/** The commit whose manifests are published, and where it is checked out: the newest that was pushed, or the checkout. */
async function sourceOf(
  git: Git,
  root: string,
  pushed: Pushed | undefined,
): Promise<{ commit: string; directory: string }> {
  if (pushed === undefined) return { commit: (await commitOf(git.run, 'HEAD'))!, directory: root };
  const { tree, onto } = pushed;
  // After the other repository's branch was looked at: what is published is never older than what is there.
  const commit = (await fetchHead(tree.run, onto)) ?? (await commitOf(tree.run, 'HEAD'))!;
  await tree.reset(commit);
  return { commit, directory: tree.directory };
}

/** Refuses to put back what a later commit of this repository has published. */
async function assertNotOlder(
  run: RunGit,
  user: RunGit,
  head: string,
  source: string,
  path: string,
): Promise<void> {
  const format = `--format=%(trailers:key=${TRAILER},valueonly)`;
  const args = ['log', '--max-count=1', `--grep=^${TRAILER}: `, format, head, '--', `:(literal)${path}`];
  const last = (await runOrThrow(run, args)).trim();
  if (last === '' || (await isAncestor(user, last, source))) return;
  throw failure(
    'finding',
    'publish-newer',
    `what is published in ${path} is of another commit, ${last.slice(0, 12)}`,
    {
      hint: 'This checkout does not have it, so that its manifests may be older. Bring it up to date, and run this again.',
    },
  );
}

function messageOf(
  message: string | undefined,
  trailers: readonly string[],
  source: string,
  path: string,
): string {
  const subject = message?.trim() ?? `chore(layers): manifests for ${path}`;
  return [subject, [`${TRAILER}: ${source}`, ...trailers].join('\n')].join('\n\n');
}
