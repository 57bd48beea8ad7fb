export interface Work {
  /** What it does, step by step, by names that are equal where others do the same. */
  readonly steps: readonly string[];
  /** Whether all that it waits for besides is done. Default: it waits for nothing. */
  readonly isReady?: () => boolean;
  /** `passed`: how many of the steps are done, and in the engine's cache. It never fails: that is its own to report. */
  readonly run: (passed: (count: number) => void) => Promise<void>;
}

export interface SideBySideOptions {
  /** How many run at a time; as many again may have done all of their steps, and push. */
  readonly jobs: number;
  /** Whether more may be started. */
  readonly mayStart: () => boolean;
}

/**
 * Runs all in their order, side by side. What several have to do is done by the first one, and is in the cache when the
 * others begin: none begins while one that runs has a step before it that both have. Ends when nothing runs any more.
 */
export async function sideBySide(all: readonly Work[], { jobs, mayStart }: SideBySideOptions): Promise<void> {
  const waiting = [...all];
  const ahead = new Map<Work, ReadonlySet<string>>();
  const done = new Set<string>();
  await new Promise<void>((resolve) => {
    const isAtWork = ([{ steps }, left]: [Work, ReadonlySet<string>]): boolean =>
      steps.length === 0 || left.size > 0;
    const mayRun = () => ahead.size < 2 * jobs && [...ahead].filter(isAtWork).length < jobs;
    const startMore = (): void => {
      while (mayRun() && mayStart()) {
        const index = waiting.findIndex(
          ({ steps, isReady = () => true }) => isReady() && !steps.some(isAhead),
        );
        if (index === -1) break;
        start(waiting.splice(index, 1)[0]!);
      }
      if (ahead.size === 0) resolve();
    };
    const isAhead = (step: string): boolean =>
      !done.has(step) && [...ahead.values()].some((steps) => steps.has(step));
    const start = (work: Work): void => {
      ahead.set(work, new Set(work.steps));
      const passed = (count: number): void => {
        for (const step of work.steps.slice(0, count)) done.add(step);
        ahead.set(work, new Set(work.steps.slice(count)));
        startMore();
      };
      work.run(passed).finally(() => {
        ahead.delete(work);
        startMore();
      });
    };
    startMore();
  });
}
