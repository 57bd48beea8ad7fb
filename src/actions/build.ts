import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { pinned, readLock, writeLock } from '../build/pin.ts';
import { runBuilds } from '../build/runner.ts';
import { failure } from '../diagnostics.ts';
import type { EngineName } from '../engines/engine.ts';
import { openGit } from '../git/repository.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { LOCK, type LockText, parseLock } from '../spec/lock.ts';
import { drift, render, write } from '../synth/synth.ts';

export interface BuildOptions {
  readonly root: string;
  /** Identities of pools; none means every pool. */
  readonly pools: readonly string[];
  /** Write the digests into the lock, and `dist/` again. */
  readonly pin: boolean;
  /** Commit the lock and `dist/`. */
  readonly commit: boolean;
  readonly push: boolean;
  readonly adopt: boolean;
  readonly engine?: EngineName;
  readonly authFile?: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

export interface BuildResult {
  readonly pools: readonly PoolResult[];
  /** Whether the lock changed. */
  readonly pinned: boolean;
  /** The commit's id, where one was made. */
  readonly commit?: string;
}

/** Builds what `dist/` says, checks what the registry has, and pins it. Whatever fails leaves the lock and `dist/` as they were. */
export async function build(options: BuildOptions): Promise<BuildResult> {
  const { root, signal } = options;
  const git = options.commit ? await committable(root) : undefined;
  assertFresh(root);
  const lock = await readLock(root);
  const authFile = await authFileForEngine(options.authFile);
  const { pools, plans } = await runBuilds({ ...options, lock, ...(authFile && { authFile }) });
  signal.throwIfAborted();
  if (!options.pin) return { pools, pinned: false };
  // Builds take minutes: what was edited meanwhile was not reviewed, and what was pinned meanwhile is not to be lost.
  assertFresh(root);
  const changed = await pin(root, pools, plans);
  if (git === undefined) return { pools, pinned: changed };
  const before = parseLock(await git.committed(LOCK)).lock;
  const commit = await git.commit([LOCK, 'dist'], commitMessage(before, await readLock(root)));
  return { pools, pinned: changed, ...(commit !== undefined && { commit }) };
}

/** Writes the lock, and `dist/` with its digests: both, or neither. Whether the lock changed. */
async function pin(
  root: string,
  pools: readonly PoolResult[],
  plans: ReadonlyMap<string, BuildPlan>,
): Promise<boolean> {
  const file = join(root, LOCK);
  const before = await readFile(file).catch(() => undefined);
  const changed = await writeLock(root, pinned(await readLock(root), pools, plans));
  try {
    write(root, render(root).files);
  } catch (error) {
    if (before === undefined) await rm(file, { force: true });
    else await writeFile(file, before);
    throw error;
  }
  return changed;
}

/** What was reviewed is what is built: a `dist/` that is not what `layers/` says is neither. */
function assertFresh(root: string): void {
  const changes = drift(root, render(root).files);
  if (changes.length === 0) return;
  const paths = changes.slice(0, 5).map(({ path, change }) => `dist/${path} would be ${change}`);
  throw failure('input', 'dist-stale', 'dist/ is not what layers/ says', {
    hint: 'Run `layers synth`, and review what changes: the build is made from dist/.',
    detail: [...paths, ...(changes.length > 5 ? [`and ${changes.length - 5} more`] : [])].join('\n'),
  });
}

async function committable(root: string) {
  const git = await openGit(root);
  if (git === undefined) {
    throw failure('input', 'no-git', `${root} is not in a git work tree`, {
      hint: 'Leave out --commit, or `git init`.',
    });
  }
  const dirty = (await git.uncommitted(['layers'])).filter((path) => !path.endsWith(LOCK));
  if (dirty.length > 0) {
    throw failure('input', 'layers-uncommitted', 'layers/ has changes that are not committed', {
      hint: 'Commit them first: a pin says which commit it was built from.',
      detail: dirty.slice(0, 10).join('\n'),
    });
  }
  return git;
}

/** Names the pools whose image changed since the last commit, and says in trailers to what. */
function commitMessage(before: LockText, after: LockText): string {
  const moved = Object.entries(after.pools).filter(([pool, { build, image }]) => {
    const old = before.pools[pool];
    return (
      old?.build !== build ||
      old.image !== image ||
      before.builds[build]?.digest !== after.builds[build]?.digest
    );
  });
  const unpushed = Object.entries(after.builds).filter(
    ([hash, { digest, pushed }]) => !pushed && before.builds[hash]?.digest !== digest,
  );
  const subject =
    moved.length > 0
      ? `pin ${moved.map(([pool]) => pool).join(', ')}`
      : unpushed.length > 0
        ? 'record builds that were not pushed'
        : 'write dist/ anew';
  const trailers = [
    ...moved.map(
      ([pool, { build, image }]) =>
        `Layers-Pin: ${pool} ${image}@${after.builds[build]?.digest} build ${build}`,
    ),
    ...unpushed.map(([hash, { digest }]) => `Layers-Build: ${hash} ${digest} not pushed`),
  ];
  return [`chore(layers): ${subject}`, ...(trailers.length > 0 ? [trailers.join('\n')] : [])].join('\n\n');
}
