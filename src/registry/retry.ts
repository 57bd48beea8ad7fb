import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, TransportFault } from './http.ts';

export interface RetryOptions {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one. */
  readonly delay: number;
}

/** However long a registry asks to be left alone, nobody waits longer for one answer. */
const LONGEST_WAIT = 20_000;

const TRANSIENT_FAULTS = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'PROXY_FAILED',
]);

/** Repeats what failed for a reason that may pass: a broken connection, 429 or 5xx. Returns the last answer as it was. */
export async function withRetries(
  send: () => Promise<Answer>,
  { attempts, delay }: RetryOptions,
  signal: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    let wait = Math.min(delay * 2 ** (attempt - 1), LONGEST_WAIT);
    try {
      const answer = await send();
      if (!isTransient(answer.status) || attempt >= attempts) return answer;
      wait = Math.max(wait, askedWait(answer));
    } catch (error) {
      if (!(error instanceof TransportFault && TRANSIENT_FAULTS.has(error.code)) || attempt >= attempts)
        throw error;
    }
    // Jitter, so that the jobs of one pipeline do not come back all at once; never sooner than asked.
    await sleep(wait * (1 + Math.random() / 2), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** Retry-After: seconds or a date. */
function askedWait({ headers }: Answer): number {
  const text = headers['retry-after'];
  if (text === undefined) return 0;
  const milliseconds = /^[0-9]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Math.min(Math.max(milliseconds || 0, 0), LONGEST_WAIT);
}
