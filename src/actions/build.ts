import { readPoolBuilds } from '../build/dist.ts';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { clustersOf, readLocks, union } from '../build/pin.ts';
import { runBuilds } from '../build/runner.ts';
import type { SecretSources } from '../build/secrets.ts';
import { LayersError } from '../diagnostics.ts';
import type { EngineName } from '../engines/engine.ts';
import { authFileForEngine } from '../registry/auth-file.ts';
import { located } from './failed-step.ts';
import { commitPins, pin } from './pin.ts';
import { assertFresh, committable } from './preconditions.ts';

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
  /** Open a shell before the instruction that fails. */
  readonly debugShell?: boolean;
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
  const { pools, plans } = await runBuilds({ ...options, lock, ...(authFile && { authFile }) }).catch(
    (error) => {
      throw error instanceof LayersError ? located(root, error) : error;
    },
  );
  signal.throwIfAborted();
  if (!options.pin) return { pools, pinned: false };
  // Builds take minutes: what was edited meanwhile was not reviewed, and what was pinned meanwhile is not to be lost.
  assertFresh(root);
  const { clusters, changed } = await pin(root, pools, plans);
  if (git === undefined) return { pools, pinned: changed };
  const commit = await commitPins(git, root, clusters);
  return { pools, pinned: changed, ...(commit !== undefined && { commit }) };
}
