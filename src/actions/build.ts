import { readPoolBuilds } from '../build/dist.ts';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { clustersOf, readLocks, union } from '../build/pin.ts';
import { runBuilds } from '../build/runner.ts';
import type { SecretSources } from '../build/secrets.ts';
import { failure } from '../diagnostics.ts';
import type { EngineName } from '../engines/engine.ts';
import { openGit } from '../git/repository.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { drift, render } from '../synth/synth.ts';
import { commitPins, pin } from './pin.ts';

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
  readonly secrets: SecretSources;
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
  const identities = readPoolBuilds(root).map(({ pool }) => pool);
  const lock = union(await readLocks(root, clustersOf(identities)));
  const authFile = await authFileForEngine(options.authFile);
  const { pools, plans } = await runBuilds({ ...options, lock, ...(authFile && { authFile }) });
  signal.throwIfAborted();
  if (!options.pin) return { pools, pinned: false };
  // Builds take minutes: what was edited meanwhile was not reviewed, and what was pinned meanwhile is not to be lost.
  assertFresh(root);
  const { clusters, changed } = await pin(root, pools, plans);
  if (git === undefined) return { pools, pinned: changed };
  const commit = await commitPins(git, root, clusters);
  return { pools, pinned: changed, ...(commit !== undefined && { commit }) };
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
  const dirty = (await git.uncommitted(['layers'])).filter((path) => !path.endsWith('.lock'));
  if (dirty.length > 0) {
    throw failure('input', 'layers-uncommitted', 'layers/ has changes that are not committed', {
      hint: 'Commit them first: a pin says which commit it was built from.',
      detail: dirty.slice(0, 10).join('\n'),
    });
  }
  return git;
}
