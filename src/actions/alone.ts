import type { BuildEvent } from '../build/events.ts';
import { withRepository } from '../build/repository-lock.ts';
import { assertFolder } from '../synth/synth.ts';
import { settlePin } from './unfinished-pin.ts';

export interface AloneOptions {
  readonly root: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: BuildEvent) => void;
}

/** Does what only one process at a time may do in a repository; says for whom it waits. */
export async function alone<T>({ root, signal, onEvent }: AloneOptions, work: () => Promise<T>): Promise<T> {
  assertFolder(root);
  const onWait = ({ pid, host }: { pid: number; host: string }) => onEvent({ type: 'waiting', pid, host });
  return withRepository(root, { signal, onWait }, async () => {
    await settlePin(root);
    return work();
  });
}
