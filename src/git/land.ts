import { setTimeout as sleep } from 'node:timers/promises';
import { fetchHead, formatRemoteBranch, pushCommit, type RemoteBranch } from './remote.ts';
import { gitError, type RunGit } from './run.ts';

export interface Landing {
  readonly run: RunGit;
  readonly to: RemoteBranch;
  /** A branch of ours alone, whose commits are replaced. */
  readonly isOurs?: boolean;
  /** Fetches no more than so many commits. */
  readonly depth?: number;
  readonly signal: AbortSignal;
  /** A push was rejected, and is tried again in so many seconds. */
  readonly onRejected: (why: string, seconds: number) => void;
}

/** Attempts with a branch that stays where it is, so that what is in the way is no other writer; and attempts in all. */
const TRIES = 6;
const MOST = 100;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 4000;

/**
 * Puts a change onto a branch of another repository that others write to as well. `make` makes the commit anew on what the
 * branch has at each attempt: nothing is ever merged. undefined where there is nothing to change.
 */
export async function land(
  landing: Landing,
  make: (head: string | undefined) => Promise<string | undefined>,
): Promise<string | undefined> {
  const { run, to, signal, onRejected } = landing;
  let last: string | undefined;
  for (let attempt = 1, tries = 1; ; attempt++, tries++) {
    signal.throwIfAborted();
    const head = await fetchHead(run, to, landing.depth);
    // Others got through, so that this one will.
    if (head !== last) tries = 1;
    last = head;
    const commit = await make(head);
    if (commit === undefined || commit === head) return commit;
    const rejection = await pushCommit(run, to, commit, landing.isOurs ? (head ?? '') : undefined);
    if (rejection === undefined) return commit;
    if (tries >= TRIES || attempt >= MOST) {
      throw gitError('git-rejected', `${formatRemoteBranch(to)} rejected the push: ${rejection.why}`, {
        hint: `It was tried ${attempt} times. What the other side said is below.`,
        detail: rejection.detail,
      });
    }
    const pause = (0.5 + Math.random()) * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** tries);
    onRejected(rejection.why, pause / 1000);
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
