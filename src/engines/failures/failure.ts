import type { Source } from '../../diagnostics.ts';

/** What an engine was at when it failed: getting an image to build from, an instruction, pushing, or storing on this machine. */
export type Phase = 'pull' | 'step' | 'push' | 'store';

/** What there is to tell a failure by. */
export interface Evidence {
  readonly phase: Phase;
  /** What was printed since the failing instruction began, less the instruction itself. */
  readonly lines: readonly string[];
  /** The image that was pulled, or where it was to be pushed. */
  readonly image?: string;
  /** Whether the build has a subscription's certificates. */
  readonly isEntitled: boolean;
}

/** A failure in words. */
export interface Finding {
  /** What failed: a clause that stands before "the build of worker failed in …". */
  readonly what: string;
  /** What to try. */
  readonly hint: string;
  /** What of the step's own values it is about: a package, a URL, a unit. */
  readonly subject?: string;
}

/** A kind of failure: one file that says how it is recognised, and what helps. */
export interface FailureKind {
  /** The diagnostic's code. */
  readonly code: string;
  readonly phases: readonly Phase[];
  /** Whether the same may succeed when it is done again. */
  readonly isTransient: boolean;
  /** Who has to act, where it is not whoever answers for the phase. */
  readonly source?: Source;
  /** Each against a line. What they capture is for `explain`. */
  readonly patterns: readonly RegExp[];
  /** Undefined where it is another kind after all. */
  explain(match: RegExpExecArray, evidence: Evidence): Finding | undefined;
}
