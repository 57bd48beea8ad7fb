import type { AbsolutePath } from '../values/paths.ts';

/** A shell command in the pieces it is printed in, a line each where there are several. Joined by blanks, it is the command. */
export type Command = readonly string[];

/** Commands that run one after the other while each succeeds. */
export interface Run {
  readonly kind: 'run';
  readonly commands: readonly Command[];
  /** Files of the context that the commands see under another path, and that do not enter the image. */
  readonly mounts?: readonly Mount[];
  /** Whether the commands may leave package caches and logs, which are then removed. */
  readonly cleans: boolean;
}

export interface Mount {
  /** Name in the context. */
  readonly source: string;
  readonly target: string;
}

/** Puts a file of the context into the image. */
export interface Copy {
  readonly kind: 'copy';
  /** Name in the context. */
  readonly source: string;
  readonly target: AbsolutePath;
  readonly mode: string;
  readonly owner: string;
}

/** Says something of the image. */
export interface Label {
  readonly kind: 'label';
  readonly key: string;
  readonly value: string;
}

/** Takes a file or folder from another stage. */
export interface CopyFrom {
  readonly kind: 'copyFrom';
  readonly stage: string;
  readonly source: string;
  readonly target: string;
}

export type Instruction = Run | Copy | CopyFrom | Label;

/** A command of one piece, from code rather than from a template. */
export function command(text: string): Command {
  return [text];
}
