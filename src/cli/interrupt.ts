/** The signals that people and machines stop work with, and what a shell calls such an end. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

type StopSignal = keyof typeof EXIT_CODES;

/** Thrown where a person stopped the work; the exit code is the shell's for the signal. */
export class Interrupted extends Error {
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(signal: StopSignal, hint?: string) {
    super(`stopped by ${signal}`);
    this.exitCode = EXIT_CODES[signal];
    this.hint = hint;
  }
}

/**
 * Runs work that Ctrl-C, SIGTERM and a closed terminal stop in order. A second Ctrl-C ends the process at once. `hint`: what
 * goes on with what was stopped.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, hint?: string): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: StopSignal): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[signal]);
    process.stderr.write('\nstopping the build …\n');
    controller.abort(new Interrupted(signal, hint));
  };
  const signals = Object.keys(EXIT_CODES) as StopSignal[];
  for (const signal of signals) process.on(signal, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}
