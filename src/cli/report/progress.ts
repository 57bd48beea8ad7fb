import type { BuildEvent } from '../../build/events.ts';
import { paintFor } from './colors.ts';
import { liveProgress } from './live-progress.ts';
import { plainProgress } from './plain-progress.ts';

export interface ProgressReport {
  event(event: BuildEvent): void;
  /** Others write to the terminal: what is there stays, and what comes is below. */
  leave(): void;
  end(): void;
}

/** The progress of builds on stderr: a live view on a terminal, and else lines for a log. */
export function progressReport(
  stream: NodeJS.WriteStream = process.stderr,
  env = process.env,
): ProgressReport {
  const isLive = stream.isTTY && env.TERM !== 'dumb';
  return isLive
    ? liveProgress(stream, paintFor(stream, env))
    : plainProgress(stream, env.GITHUB_ACTIONS === 'true');
}
