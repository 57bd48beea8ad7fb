import type { Piece } from './piece.ts';
import type { Scope } from './scope.ts';

/** A stage of a Containerfile while its instructions are read, one after the other. */
export interface Stage {
  readonly scope: Scope;
  /** Of ARG: the values, where they were given any. */
  readonly args: Map<string, string | undefined>;
  /** Of ENV. */
  readonly env: Map<string, string>;
  workdir: string;
  /** Who runs the code of RUN, where USER says so. */
  user: string | undefined;
  /** What runs the code of RUN, where SHELL says so. */
  shell: readonly string[] | undefined;
  /** The number of the instruction that is read. */
  instruction: number;
}

/** What the Containerfile knows of variables: an ENV hides the ARG of its name. */
export function variablesOf({ args, env }: Stage): Map<string, string | undefined> {
  return new Map([...args, ...env]);
}

export function pushPiece(stage: Stage, piece: Omit<Piece, 'instruction'>): Piece {
  const pushed: Piece = { ...piece, instruction: stage.instruction };
  stage.scope.pieces.push(pushed);
  return pushed;
}

export function newStage(scope: Scope): Stage {
  return {
    scope,
    args: new Map(),
    env: new Map(),
    workdir: '/',
    user: undefined,
    shell: undefined,
    instruction: 0,
  };
}

/** Whether commands run as root, as those of steps do. */
export function isRoot({ user }: Stage): boolean {
  return user === undefined || /^(?:root|0)(?::(?:root|0))?$/.test(user);
}
