import type { Delivery, Published } from '../build/delivery.ts';
import type { Builds } from '../build/dist.ts';
import type { BuildEvent, PoolResult } from '../build/events.ts';
import { readLock } from '../build/pin.ts';
import { type Diagnostic, LayersError } from '../diagnostics.ts';
import type { PrivateTree } from '../git/private-tree.ts';
import type { RemoteBranch } from '../git/remote.ts';
import { openGit } from '../git/repository.ts';
import type { Files } from '../synth/dist.ts';
import { render } from '../synth/synth.ts';
import { commitPins, type PinCommit, pin } from './pin.ts';
import { packageSums, type ReadOptions } from './pin-packages.ts';
import { assertFresh } from './preconditions.ts';
import type { PullRequest } from './pull-request.ts';
import { type Superseded, supersededError, supersededIn } from './supersede.ts';

/** Pins in a tree that renders to these files; says which pools it left out, because they are not what was built. */
export type Change = (directory: string, files: Files) => Promise<readonly Superseded[]>;

/** Pins, and where they are to go. */
export interface Work {
  readonly root: string;
  readonly delivery: Delivery;
  /** What is done to the pools, for the commit's message. */
  readonly verb: string;
  /** Pins in the work tree; false where nothing changed. */
  readonly here: () => Promise<boolean>;
  readonly change: Change;
  /** The pools that were asked for; undefined for all. */
  readonly pools: readonly string[] | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

/** Pins what was made. */
export function pinning(
  options: ReadOptions,
  made: readonly PoolResult[],
  plans: Builds,
): Pick<Work, 'here' | 'change'> {
  const { root } = options;
  let read: ReturnType<typeof packageSums> | undefined;
  const sums = () => {
    read ??= packageSums(made, plans, options);
    return read;
  };
  return {
    async here() {
      // That it is what the lock has was seen a moment ago.
      if (made.every(({ result, pushed }) => result === 'unchanged' && pushed)) return false;
      const known = await sums();
      // Builds take minutes: what was edited meanwhile was not reviewed, and what was pinned meanwhile is not to be lost.
      assertFresh(root);
      return pin(root, made, plans, known);
    },
    async change(directory, files) {
      const { current, superseded } = supersededIn(files, await readLock(directory), made);
      if (current.length > 0) await pin(directory, current, plans, await sums(), await readLock(root));
      return superseded;
    },
  };
}

/** What became of pins. */
export interface Delivered {
  /** Whether a lock changed. */
  readonly pinned: boolean;
  /** The commit, where one was made. */
  readonly commit?: string;
  /** Where the pins are now, beside here. */
  readonly pushed?: RemoteBranch;
  /** False where the checkout could not follow what was pushed. */
  readonly checkedOut?: boolean;
  readonly published?: Published;
  readonly pullRequest?: PullRequest;
  readonly superseded: readonly Superseded[];
  /** What keeps a pin from being where it was to go. */
  readonly findings: readonly Diagnostic[];
}

/** What pins came to on one commit. */
export interface Applied extends PinCommit {
  readonly superseded: readonly Superseded[];
  readonly findings: readonly Diagnostic[];
}

/** Pins anew on a commit, as data, whatever belongs there; commits it. */
export async function apply(
  { change, delivery, verb, signal, onEvent }: Work,
  tree: PrivateTree,
  base: string,
  where: string,
  trailers: readonly string[] = [],
): Promise<Applied> {
  await tree.reset(base);
  const { directory, env } = tree;
  const at = `${where} (${base.slice(0, 12)})`;
  const superseded = await there(at, async () => {
    const { files } = render(directory);
    assertFresh(directory, files);
    return change(directory, files);
  });
  for (const { pool, why } of superseded) onEvent({ type: 'superseded', pool, where: at, why });
  const findings = superseded.map((each) => supersededError(each, `at ${at}`, HINT));
  const git = (await openGit(directory, { env, signal }))!;
  const all = [...delivery.trailers, ...trailers];
  const committed = await commitPins(git, directory, { verb, message: delivery.message, trailers: all });
  return { ...committed, superseded, findings };
}

const HINT =
  'What is there now is built by another run, or was not committed when this one built. Update the checkout, commit, and run this again.';

/** Says of errors that they are those of another commit than the checkout's. */
async function there<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LayersError)) throw error;
    throw new LayersError(
      error.diagnostics.map((diagnostic) => ({
        ...diagnostic,
        message: `at ${where}: ${diagnostic.message}`,
      })),
    );
  }
}
