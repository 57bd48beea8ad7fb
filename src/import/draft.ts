import { basename } from 'node:path';
import type { LayerProps } from '../spec/layer.ts';
import type { PoolProps } from '../spec/pool.ts';
import { type Group, groupsOf } from './groups.ts';
import type { Piece } from './piece.ts';
import { type Printed, printDocuments } from './print.ts';
import type { ReadFile } from './read.ts';

/** What becomes of a file: a layer, and the pool that has it. */
export interface Draft {
  /** The file that was read, as it is named in reasons and places. */
  readonly file: string;
  readonly name: string;
  readonly read: ReadFile;
  readonly pool: PoolProps | undefined;
}

export interface DraftText {
  readonly text: string;
  readonly groups: readonly Group[];
}

/** The documents of a draft, with what is left to run as it is now. */
export function printDraft({ file, name, read, pool }: Draft): DraftText {
  const groups = groupsOf(read.scope.pieces, file);
  const layer: LayerProps & { kind: string } = {
    kind: 'Layer',
    name,
    steps: groups.map(({ step }) => step) as LayerProps['steps'],
  };
  const documents: Printed[] = [
    {
      data: layer,
      comments: [`Imported from ${file}.`],
      stepComments: groups.map(({ comments }) => comments),
    },
    ...(pool === undefined ? [] : [{ data: { kind: 'Pool', ...pool } }]),
  ];
  return { text: printDocuments(documents), groups };
}

/** The files below `layers/` that its steps take. */
export function sourcesOf({ file, read }: Draft): string[] {
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if ((key === 'source' || key === 'file') && typeof item === 'string') found.push(item);
      else look(item);
    }
  };
  for (const { step } of groupsOf(read.scope.pieces, file)) look(step);
  return found;
}

/** A name for what is in a file: of the file's own, or of its folder. */
export function nameFor(file: string, folder: string): string {
  const base = basename(file).replace(/\.(?:ya?ml|json)$/, '');
  const [, suffix] = /^(?:Containerfile|Dockerfile)(?:[.-](.*))?$/i.exec(base) ?? [undefined, undefined];
  const isUsual = /^(?:Containerfile|Dockerfile)/i.test(base);
  const own = isUsual ? (suffix ?? basename(folder)) : base.replace(/\.(?:Containerfile|Dockerfile)$/i, '');
  const name = own
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return name === '' ? 'imported' : name;
}

/** How much became steps, for one file. */
export interface ImportReport {
  readonly file: string;
  readonly instructions: number;
  /** Commands, and instructions that are none: by what became of them. */
  readonly inSteps: number;
  readonly leftOut: number;
  readonly leftToRun: number;
  readonly left: readonly { readonly lines: string; readonly code: string; readonly why: string }[];
}

export function reportOf({ file, read }: Draft): ImportReport {
  const { pieces } = read.scope;
  // What was absorbed is where that is which absorbed it.
  const placeOf = ({ as, by }: Piece): Piece['as'] =>
    as === 'absorbed' && by !== undefined ? placeOf(by) : as;
  const count = (...kinds: Piece['as'][]) => pieces.filter((piece) => kinds.includes(placeOf(piece))).length;
  return {
    file,
    instructions: read.instructions,
    inSteps: count('steps', 'absorbed'),
    leftOut: count('dropped'),
    leftToRun: count('run'),
    left: pieces
      .filter(({ as }) => as === 'run')
      .map(({ lines: [first, last], code = [], why }) => ({
        lines: first === last ? String(first) : `${first}-${last}`,
        code: code.map((one) => (typeof one === 'string' ? one : one.join(' '))).join(' && '),
        why: why ?? 'no step says it',
      })),
  };
}
