import { type Diagnostic, failure, hasErrors, LayersError } from '../diagnostics.ts';
import { compare, pushedImages, type Side } from '../diff/compare.ts';
import type { Diff } from '../diff/model.ts';
import { openHistory } from '../git/history.ts';
import { openGit } from '../git/repository.ts';
import { assertFolder } from '../synth/synth.ts';
import type { Reading } from './diff/package-reader.ts';
import { readChanges } from './diff/packages.ts';
import { committedSide, parseRange, workTreeSide } from './diff/sides.ts';

export interface DiffOptions {
  readonly root: string;
  /** A commit to compare the work tree with, or two, `A..B` or `A...B`. */
  readonly revision: string;
  /** Whether packages are read from the registries: where that works, not at all, or else it is an error. */
  readonly packages: 'auto' | 'off' | 'require';
  readonly authfile?: string | undefined;
  readonly onRead: (reading: Reading) => void;
}

/** What a change means to nodes, by `dist/` as it is deployed. */
export async function diff(options: DiffOptions): Promise<Diff> {
  const { root, revision, packages } = options;
  assertFolder(root);
  if ((await openGit(root)) === undefined)
    throw failure('input', 'no-git', `${root} is not in a git work tree`, {
      hint: 'What it is compared with is read from git.',
    });
  const { sides, notes } = await sidesOf(root, revision);
  const compared = compare(...sides);
  const all = { ...compared, notes: [...notes, ...compared.notes] };
  if (packages === 'off' || compared.packages.length === 0) return all;
  const read = await readChanges(compared.packages, {
    ...options,
    pushed: pushedImages(...sides, compared.packages),
  });
  const asked = read.notes.map((note) =>
    packages === 'require' ? { ...note, severity: 'error' as const } : note,
  );
  if (hasErrors(asked)) throw new LayersError(asked);
  return { ...all, packages: read.packages, notes: [...all.notes, ...asked] };
}

async function sidesOf(
  root: string,
  revision: string,
): Promise<{ sides: [Side, Side]; notes: readonly Diagnostic[] }> {
  const history = openHistory(root);
  const range = parseRange(revision);
  const from = await history.commit(range.from);
  if (range.to === undefined) {
    const after = workTreeSide(root);
    const before = await committedSide(history, { name: range.from, commit: from });
    return { sides: [before.side, after.side], notes: [...before.notes, ...after.notes] };
  }
  const to = await history.commit(range.to);
  const start = range.fromMergeBase && from && to ? await history.mergeBase(from, to) : from;
  const [before, after] = await Promise.all([
    committedSide(history, { name: range.from, commit: start }),
    committedSide(history, { name: range.to, commit: to }),
  ]);
  return { sides: [before.side, after.side], notes: [...before.notes, ...after.notes] };
}
