import { absorb, type Code, type Piece } from '../piece.ts';
import { type Recognized, touch } from '../scope.ts';
import { type ShellState, stateBefore } from '../shell/state.ts';
import { pushPiece, type Stage } from '../stage.ts';

/** A command as it was written. */
export interface Written {
  readonly code: Code[] | undefined;
  readonly comments: readonly string[];
  readonly lines: readonly [number, number];
  readonly before: readonly string[];
}

/** Adds what an idiom made of a command. */
export function place(recognized: Recognized, written: Written, stage: Stage): void {
  const { steps = [], takes = [], absorbs = [], into, waits, makes, removes } = recognized;
  const piece = pushPiece(stage, {
    ...written,
    as: steps.length > 0 ? 'steps' : waits ? 'run' : 'dropped',
    steps: [...steps],
    ...(makes && { makes }),
    ...(removes && { removes }),
  });
  for (const file of takes) file.takenBy = piece;
  for (const before of absorbs) absorb(piece, before);
  if (into !== undefined) say(into, piece);
  recognized.placed?.(piece);
}

/** An earlier piece's steps say this one, too. */
function say(into: Piece, piece: Piece): void {
  piece.as = 'absorbed';
  piece.by = into;
  into.code = into.code && piece.code && [...into.code, ...piece.code];
}

/** Adds code that stays code. */
export function leave(
  code: Code,
  { comments, lines }: Omit<Written, 'code' | 'before'>,
  stage: Stage,
  state: ShellState,
  why: string,
): void {
  const text = typeof code === 'string' ? code : code.join(' ');
  pushPiece(stage, {
    lines,
    comments,
    as: 'run',
    steps: [],
    code: [typeof code === 'string' ? inShell(code, stage) : code],
    before: stateBefore(text, stage, state),
    why,
  });
  touch(stage.scope, text);
}

/** Code for the shell that SHELL names. */
export function inShell(code: string, { shell }: Stage): Code {
  return shell === undefined ? code : [...shell, code];
}
