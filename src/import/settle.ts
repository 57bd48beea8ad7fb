import { posix } from 'node:path';
import { isCache } from './idioms/clean-up.ts';
import { filesAt } from './idioms/rpm-arguments.ts';
import { isUsualFolder } from './instructions/copy-target.ts';
import { absorb, type Code, type FileEntry, type KnownFile, type Piece, withState } from './piece.ts';
import type { Scope } from './scope.ts';

/** Gone with the next boot. */
const BUILD_ONLY = /^\/(?:tmp|var\/tmp|run)(?:\/|$)/;

/** Once all of a stage is read: what waited for what comes after it is said by that, or left to run after all. */
export function settle(scope: Scope): void {
  settleFetched(scope);
  settleDownloads(scope);
  settleEntries(scope);
  settleFolders(scope);
  settleRemovals(scope);
}

/** Once more, where steps were left to run after all: folders may be needed now. */
export function settleAgain(scope: Scope): void {
  for (const piece of scope.pieces) {
    if (piece.makes !== undefined || piece.removes !== undefined) piece.as = 'run';
  }
  settleFolders(scope);
  settleRemovals(scope);
}

/** A download is said by the step that takes all of it. */
function settleDownloads({ pieces, files, report }: Scope): void {
  for (const piece of pieces) {
    const own = [...files.values()].filter((file) => file.piece === piece && file.entry === undefined);
    const by = own[0]?.takenBy;
    if (by === undefined || own.some(({ takenBy }) => takenBy !== by)) continue;
    absorb(by, piece);
    for (const file of own) if (!file.isRemoved) leftInImage(file, report);
  }
}

/** A file by its URL is a step where nothing that is left to run has to do with it, and its sum is known. */
function settleFetched(scope: Scope): void {
  for (const { path, piece, entry, isTouched, isRemoved } of scope.files.values()) {
    if (piece.as !== 'run' || entry?.url === undefined) continue;
    if (isTouched || isRemoved || BUILD_ONLY.test(path)) {
      piece.why = 'other code has to do with what is downloaded';
      continue;
    }
    entry.sha256 ??= scope.sumOf?.(entry.url);
    if (entry.sha256 === undefined) continue;
    piece.as = 'steps';
    piece.steps = [{ files: [entry] }];
  }
}

function leftInImage({ path, piece }: KnownFile, report: Scope['report']): void {
  if (BUILD_ONLY.test(path)) return;
  report({
    code: 'file-left-out',
    severity: 'warning',
    message: `the Containerfile leaves ${path} in the image, and what was imported does not`,
    hint: 'It was only there to be installed. If it is wanted, add a files step.',
    lines: piece.lines,
  });
}

/** A file that a step takes from the context is not also copied, nor is one that is copied over at once. */
function settleEntries({ pieces, files, report }: Scope): void {
  const taken = new Set<unknown>();
  for (const file of files.values()) {
    if (file.takenBy === undefined || file.entry === undefined) continue;
    taken.add(file.entry);
    if (!file.isRemoved) leftInImage(file, report);
  }
  const last = new Map<string, unknown>();
  for (const piece of pieces.toReversed()) {
    if (piece.as !== 'steps') continue;
    piece.steps = piece.steps.flatMap((step) => {
      if ('labels' in step && Object.keys(step.labels!).length === 0) return [];
      if (!('files' in step) || step.files === undefined) return [step];
      const kept = step.files.filter((entry) => {
        if (taken.has(entry)) return false;
        const isOver = last.has(entry.path);
        last.set(entry.path, entry);
        return !isOver;
      });
      return kept.length === 0 ? [] : [{ files: kept }];
    });
    if (piece.steps.length === 0) piece.as = 'absorbed';
  }
}

function settleFolders(scope: Scope): void {
  const { pieces } = scope;
  // The last first: a folder within another covers it.
  const covered: string[] = [];
  for (const [index, piece] of [...pieces.entries()].toReversed()) {
    if (piece.as !== 'run' || piece.makes === undefined) continue;
    const isCovered = piece.makes.every(
      (folder) => covered.some((path) => path.startsWith(`${folder}/`)) || isFilled(folder, index, scope),
    );
    if (!isCovered) continue;
    piece.as = 'absorbed';
    covered.push(...piece.makes);
  }
}

/** Whether a step puts something into a folder, and nothing that is left to run needs the folder before. */
function isFilled(folder: string, index: number, { pieces, files }: Scope): boolean {
  const isBelow = ({ path }: { readonly path: string }) => path.startsWith(`${folder}/`);
  const filledAt = pieces.findIndex((piece, at) => at > index && entriesOf(piece).some(isBelow));
  const isTaken = [...files.values()].some((file) => file.takenBy !== undefined && isBelow(file));
  if (filledAt < 0 && !isTaken) return false;
  // A COPY with an owner makes the folders on its way its owner's, and `mkdir -p` root's.
  const isOwnersWay = ({ path, owner }: FileEntry) => {
    const parent = posix.dirname(path);
    return owner !== undefined && !isUsualFolder(parent) && `${folder}/`.startsWith(`${parent}/`);
  };
  if (pieces.slice(index + 1).some((piece) => entriesOf(piece).some((entry) => isOwnersWay(entry))))
    return false;
  const until = filledAt < 0 ? pieces.length : filledAt;
  return !pieces
    .slice(index + 1, until)
    .some((piece) => piece.as === 'run' && !piece.removes && names(piece, folder));
}

function entriesOf({ as, steps }: Piece): readonly FileEntry[] {
  if (as !== 'steps') return [];
  return steps.flatMap((step) => ('files' in step ? (step.files as FileEntry[]) : []));
}

function names(piece: Piece, path: string): boolean {
  return withState(piece).some((code) => (typeof code === 'string' ? code : code.join(' ')).includes(path));
}

function settleRemovals(scope: Scope): void {
  for (const [index, piece] of scope.pieces.entries()) {
    if (piece.as !== 'run' || piece.removes === undefined) continue;
    const before = scope.pieces.slice(0, index);
    if (piece.removes.every((path) => isGone(path, before, scope))) piece.as = 'absorbed';
    else if (piece.removes.some((path) => filesAt(scope, path).some(({ takenBy }) => takenBy !== undefined)))
      piece.code = piece.code?.map(forced);
  }
}

/** Of what it removed, some is no longer there: that is no failure. */
function forced(code: Code): Code {
  if (typeof code === 'string') return code.replace(/^rm (?!-\w*f)/, 'rm -f ');
  if (code[0] === 'rm') return ['rm', '-f', ...code.slice(1)];
  return [...code.slice(0, -1), forced(code.at(-1)!) as string];
}

/** Whether steps leave nothing there that a removal would find. */
function isGone(path: string, before: readonly Piece[], scope: Scope): boolean {
  if (isCache(path)) return true;
  const there = [
    ...filesAt(scope, path),
    ...[...scope.files.values()].filter((file) => file.path.startsWith(`${path}/`)),
  ];
  if (there.some(({ takenBy }) => takenBy === undefined)) return false;
  const left = before.filter((piece) => piece.as === 'run');
  const folder = path.replace(/\/[^/]*[*?[][^/]*$/, '');
  if (there.length > 0) return !left.some((piece) => names(piece, folder === '' ? path : folder));
  // Of what nobody put there, only /tmp is known to be empty.
  return BUILD_ONLY.test(path) && left.length === 0;
}
