import type { StepProps } from '../spec/layer.ts';
import type { Rpm } from '../values/rpm.ts';

/** A command for a `run` step: code, or a program and its arguments. */
export type Code = string | readonly string[];

/** What became of one command or instruction of a Containerfile. */
export interface Piece {
  /** Its lines in the file, from 1. */
  readonly lines: readonly [number, number];
  /** The instruction it is of, by number. */
  readonly instruction: number;
  comments: readonly string[];
  /** `steps`: said by these. `run`: left to a run step. `dropped`: the build does it anyway. `absorbed`: said by another piece's steps. */
  as: 'steps' | 'run' | 'dropped' | 'absorbed';
  steps: StepProps[];
  /** The piece that says it, where that absorbed it. */
  by?: Piece;
  /** How a `run` step says it, with what was absorbed; undefined where none can. */
  code: Code[] | undefined;
  /** What the shell was told before, which the code needs as well. */
  readonly before: readonly string[];
  /** Folders that it makes: no step needs that where a file comes into each. */
  readonly makes?: readonly string[];
  /** What it removes: no step needs that where nothing of it is there. */
  readonly removes?: readonly string[];
  /** Why no step says it. */
  why?: string;
}

/** A file of a `files` step, as far as it is known. */
export interface FileEntry {
  path: string;
  content?: string;
  source?: string;
  url?: string;
  sha256?: string;
  mode?: string;
  owner?: string;
}

/** A file that the Containerfile has put somewhere. */
export interface KnownFile {
  readonly path: string;
  /** What brought it. */
  readonly piece: Piece;
  /** How a step names it as an RPM. */
  rpm?: Rpm;
  /** How a `files` step says it. */
  readonly entry?: FileEntry;
  /** The piece whose step takes it from where it comes from. */
  takenBy?: Piece;
  /** Whether code that is left to run has to do with it. */
  isTouched: boolean;
  isRemoved: boolean;
}

/** A piece's code with what the shell was told before it. */
export function withState({ code = [], before }: Piece): Code[] {
  if (before.length === 0) return code;
  return code.map((one) => {
    if (typeof one === 'string') return [...before, one].join(' && ');
    // `sh -c` and its script.
    return [...one.slice(0, -1), [...before, one.at(-1)!].join(' && ')];
  });
}

/** Lets a piece's steps say another one, too. */
export function absorb(into: Piece, piece: Piece): void {
  if (into === piece || piece.as === 'absorbed') return;
  piece.as = 'absorbed';
  piece.by = into;
  into.comments = [...piece.comments, ...into.comments];
  into.code = into.code && piece.code && [...withState(piece), ...into.code];
}
