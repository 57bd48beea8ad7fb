import type { StepProps } from '../spec/layer.ts';
import { looksLikeHereDocument } from '../steps/run.ts';
import { type Code, type Piece, withState } from './piece.ts';

/** A step as it is written, and the pieces that it is of. */
export interface Group {
  readonly step: StepProps;
  readonly comments: readonly string[];
  /** Of a step that is a list, the piece of each of its entries. */
  readonly entries: readonly Piece[];
}

/** The steps of a stage, in the order of its instructions. Neighbours of one kind that say more of the same are one step. */
export function groupsOf(pieces: readonly Piece[], file: string): Group[] {
  const groups: Group[] = [];
  let left: Piece[] = [];
  const flush = (): void => {
    if (left.length > 0) groups.push(runStep(left, file));
    left = [];
  };
  for (const piece of pieces) {
    if (piece.as === 'run') left.push(piece);
    if (piece.as !== 'steps') continue;
    flush();
    for (const [index, step] of piece.steps.entries()) {
      const comments = index === 0 ? commentsOf(piece, step) : [];
      const before = groups.at(-1);
      const joined = before === undefined || comments.length > 0 ? undefined : join(before, step, piece);
      if (joined === undefined) groups.push({ step, comments, entries: entriesOf(step, piece) });
      else groups[groups.length - 1] = joined;
    }
  }
  flush();
  return groups;
}

/** A reason says what the comment did. */
function commentsOf({ comments }: Piece, step: StepProps): readonly string[] {
  return 'hotfix' in step && step.hotfix?.reason === comments.join(' ').trim() ? [] : comments;
}

function entriesOf(step: StepProps, piece: Piece): Piece[] {
  if ('files' in step) return step.files!.map(() => piece);
  return [piece];
}

function join({ step: before, comments, entries }: Group, step: StepProps, piece: Piece): Group | undefined {
  if ('files' in before && 'files' in step) {
    const files = [...before.files!, ...step.files!];
    return { step: { files }, comments, entries: [...entries, ...entriesOf(step, piece)] };
  }
  if ('labels' in before && 'labels' in step) {
    return { step: { labels: { ...before.labels, ...step.labels } }, comments, entries: [...entries, piece] };
  }
  return undefined;
}

function runStep(pieces: readonly Piece[], file: string): Group {
  const commands: Code[] = [];
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1];
    const code = piece.code ?? [];
    const last = commands.at(-1);
    const goesOn =
      before?.instruction === piece.instruction &&
      piece.before.length > 0 &&
      piece.before.join() === before.before.join() &&
      typeof last === 'string' &&
      code.every((one) => typeof one === 'string');
    // What was told to the shell is told once for neighbours.
    if (goesOn) commands[commands.length - 1] = [last, ...code].join(' && ');
    else if (piece.before.length > 0 && code.every((one) => typeof one === 'string'))
      commands.push([...piece.before, ...code].join(' && '));
    else commands.push(...withState(piece));
  }
  return {
    step: {
      run: {
        reason: `imported from ${file}:${linesOf(pieces)}`,
        commands: commands.map(asCommand),
      },
    },
    comments: pieces.flatMap(({ comments }) => comments),
    entries: [...pieces],
  };
}

/** What only looks like a here-document is told apart by nobody but a shell. */
function asCommand(code: Code): string | string[] {
  if (typeof code !== 'string') return [...code];
  return looksLikeHereDocument(code) ? ['/bin/sh', '-c', code] : code;
}

/** `7-9, 12`. */
function linesOf(pieces: readonly Piece[]): string {
  const ranges: [number, number][] = [];
  for (const { lines } of pieces) {
    const last = ranges.at(-1);
    if (last !== undefined && lines[0] >= last[0] && lines[0] <= last[1] + 1)
      last[1] = Math.max(last[1], lines[1]);
    else ranges.push([...lines]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
}
