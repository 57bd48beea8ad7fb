import type { Look, StageName } from '../fault.ts';
import type { Subject } from '../subject.ts';

/** A stage of a build: one file that says what to look at, and how it breaks. */
export interface Stage {
  readonly name: StageName;
  /** What is looked at. */
  readonly title: string;
  /** `before` there is a build, while there is one, and `after` it. */
  readonly when: 'before' | 'build' | 'after';
  look(subject: Subject): Look;
}
