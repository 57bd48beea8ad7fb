import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { LayersError } from '../diagnostics.ts';
import type { EngineEvent } from './engine.ts';
import type { Evidence } from './failures/failure.ts';
import { type Diagnosis, diagnose } from './failures/index.ts';

/** Seconds before the second and each further try at one thing; engines have their own short ones within each. */
const WAITS = [3, 10];
/** What took longer than this to fail has been tried by the engine itself, which waits minutes for who says 429. */
const LONG = 120_000;
/** At all tries together, whatever they got further than: what is printed may be a program's own, and says anything. */
const MOST = 10;

/** A try that failed. */
export interface FailedTry {
  readonly evidence: Evidence;
  /** What it failed at, as a number of a step: getting further is a new beginning. */
  readonly at: number;
}

export interface RetryOptions<Failed extends FailedTry> {
  readonly log: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
  /** The error of the last try: `attempts` is how often that was tried. */
  readonly explain: (failed: Failed, diagnosis: Diagnosis | undefined, attempts: number) => LayersError;
  /** Before that is thrown. */
  readonly onFailed?: (failed: Failed) => Promise<void>;
}

/** Tries again what failed for a reason that may pass, and nothing else. */
export async function withRetries<T, Failed extends FailedTry>(
  attempt: () => Promise<{ readonly done: T } | Failed>,
  { log, signal, onEvent, explain, onFailed }: RetryOptions<Failed>,
): Promise<T> {
  const tries = new Map<number, number>();
  for (let all = 1; ; all++) {
    const started = performance.now();
    const result = await attempt();
    if ('done' in result) return result.done;
    const diagnosis = diagnose(result.evidence);
    const count = (tries.get(result.at) ?? 0) + 1;
    tries.set(result.at, count);
    const wait = WAITS[count - 1];
    const isOver = wait === undefined || all >= MOST || performance.now() - started > LONG;
    if (!diagnosis?.kind.isTransient || isOver) {
      const error = explain(result, diagnosis, count);
      await onFailed?.(result).catch((other) => {
        // Why it failed is told all the same.
        if (!(other instanceof LayersError)) throw other;
        throw new LayersError([...error.diagnostics, ...other.diagnostics]);
      });
      throw error;
    }
    // Jitter, so that the builds of one machine do not come back all at once.
    const seconds = Math.round(wait * (0.75 + Math.random() / 2) * 10) / 10;
    const next = { what: diagnosis.what, attempt: count + 1, attempts: WAITS.length + 1, seconds };
    onEvent({ type: 'retry', ...next });
    const line = `layers: ${next.what}; attempt ${next.attempt} of ${next.attempts} in ${seconds} s\n`;
    await appendFile(log, line).catch(() => {});
    await sleep(seconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
