import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTogether } from '../build/write-together.ts';
import { type Diagnostic, LayersError } from '../diagnostics.ts';
import { openPast } from '../git/past.ts';
import { loadLocks } from '../spec/load-lock.ts';
import { EMPTY_LOCK, LOCK, type Lock, lockFile, parsePoolLock, printPoolLock, REPAIR } from '../spec/lock.ts';
import { orphans } from '../synth/orphans.ts';
import { render, write } from '../synth/synth.ts';
import { type AloneOptions, alone } from './alone.ts';
import { withRegistries } from './edit-pins.ts';
import { commitPins } from './pin.ts';
import { committable } from './preconditions.ts';
import { chosenSide, type Sides, sidesOf } from './repair/sides.ts';
import { tagged } from './repair/tagged.ts';
import { takenOver } from './repair/taken-over.ts';
import { type Wanted, wantedBuilds } from './repair/wanted.ts';

export interface RepairOptions extends AloneOptions {
  /** Commit the lock and `dist/`. */
  readonly commit: boolean;
  /** Take images that the registry has under a build's tag. */
  readonly adopt: boolean;
  readonly authFile?: string | undefined;
}

/** A file of the lock that was put right, and where that came from. */
export interface Repair {
  readonly file: string;
  /** `removed`: the pool is gone, or another file has it now. */
  readonly from: 'ours' | 'theirs' | 'history' | 'registry' | 'old lock' | 'removed';
  readonly image?: string;
  readonly digest?: string;
  /** The image that was not taken, of two. */
  readonly other?: string;
}

export interface RepairResult {
  readonly repairs: readonly Repair[];
  readonly changed: boolean;
  readonly commit?: string;
  /** What could not be put right. */
  readonly left: readonly Diagnostic[];
}

interface Mended extends Omit<Repair, 'file'> {
  readonly text?: string;
}

/**
 * Puts right what of the lock cannot be read: a merge's conflict by one of its sides, else what git had before, else the
 * image that the registry has of the pool's build. Removes what is of no pool.
 */
export async function repairLock(options: RepairOptions): Promise<RepairResult> {
  const { root } = options;
  return alone(options, async () => {
    const git = options.commit ? await committable(root) : undefined;
    const { mended, refused } = await mendAll(options);
    const changedLock = await writeTexts(root, mended);
    const gone = new Map(goneFrom(root).map((file): [string, Mended] => [file, { from: 'removed' }]));
    const changed = (await writeTexts(root, gone)) || changedLock;
    const left = [...loadLocks(root).diagnostics.map(asLeft), ...refused];
    const isDone = git !== undefined && left.length === 0;
    const commit = isDone ? (await commitPins(git, root, { verb: 'repair' })).commit : undefined;
    const repairs = [...mended, ...gone].map(([file, { text: _, ...repair }]) => ({ file, ...repair }));
    return { repairs, changed, ...(commit !== undefined && { commit }), left };
  });
}

/** What was run and did not mend it is no way out. */
function asLeft(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.hint !== REPAIR) return diagnostic;
  return {
    ...diagnostic,
    hint: "It could not be mended: git's history has no right version of it. Remove the file, and pin anew: `layers build --pin`.",
  };
}

async function mendAll(options: RepairOptions) {
  const { root } = options;
  const { locks, diagnostics } = loadLocks(root);
  const broken = new Map(diagnostics.map(({ origin, code }) => [origin?.file ?? '', code]));
  const wanted = wantedBuilds(root);
  const mended = new Map<string, Mended>();
  const refused: Diagnostic[] = [];
  for (const [file, code] of broken) {
    if (code === 'lock-misplaced') {
      const known = new Set([...locks.values()].flatMap(({ pools }) => Object.keys(pools)));
      for (const [pool, text, pin] of takenOver(readFileSync(join(root, file), 'utf8'), known))
        mended.set(lockFile(pool), { from: 'old lock', text, image: pin.image, digest: pin.digest });
      mended.set(file, { from: 'removed' });
    }
    const pool = poolOf(file);
    if (pool === undefined || ['lock-newer', 'lock-name', 'not-a-file', 'lock-misplaced'].includes(code))
      continue;
    try {
      const found = await mend(options, pool, wanted.get(pool));
      if (found !== undefined) mended.set(file, found);
    } catch (error) {
      // A registry that does not answer for one pool keeps no other from being mended.
      if (!(error instanceof LayersError)) throw error;
      refused.push(...error.diagnostics);
    }
  }
  return { mended, refused };
}

function poolOf(file: string): string | undefined {
  return file.startsWith(`${LOCK}/`) ? file.slice(LOCK.length + 1).replace(/\.lock$/, '') : undefined;
}

async function mend(
  options: RepairOptions,
  pool: string,
  wanted: Wanted | undefined,
): Promise<Mended | undefined> {
  const { root } = options;
  const sides = await sidesOf(root, pool);
  if (sides !== undefined) return mendedFrom(pool, sides, wanted);
  const before = await lastRight(options, pool);
  if (before !== undefined) return asMended(pool, before, 'history');
  if (wanted === undefined) return undefined;
  const pin = await withRegistries(options, (registries, authFile) =>
    tagged(registries, pool, wanted, { ...options, authFile }),
  );
  return pin && asMended(pool, { ...EMPTY_LOCK, pools: { [pool]: pin } }, 'registry');
}

/** The last text of a pool's file that is right; of one whose hold is of another image, the one where that was held. */
async function lastRight({ root, signal }: RepairOptions, pool: string): Promise<Lock | undefined> {
  const file = lockFile(pool);
  const held = /^hold:\n {2}digest: (\S+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
  let last: Lock | undefined;
  for await (const { text } of openPast(root, { signal }).texts(file, { merging: true })) {
    const { lock, diagnostics } = parsePoolLock(text, pool);
    if (diagnostics.length > 0) continue;
    if (held === undefined || lock.pools[pool]?.hold?.digest === held) return lock;
    last ??= lock;
  }
  return last;
}

function mendedFrom(pool: string, sides: Sides, wanted: Wanted | undefined): Mended {
  const side = chosenSide(pool, sides, wanted);
  const other = sides[side === 'ours' ? 'theirs' : 'ours']?.pools[pool]?.digest;
  const mended = asMended(pool, sides[side]!, side);
  return { ...mended, ...(other !== undefined && other !== mended.digest && { other }) };
}

function asMended(pool: string, lock: Lock, from: Repair['from']): Mended {
  const { image, digest } = lock.pools[pool] ?? {};
  const text = printPoolLock(lock, pool);
  return { from, ...(text !== undefined && { text }), ...(image && digest && { image, digest }) };
}

/** The files of pools that are gone; none as long as it is not known which pools there are. */
function goneFrom(root: string): string[] {
  try {
    return orphans(root, render(root).files).flatMap(({ origin }) => origin?.file ?? []);
  } catch (error) {
    if (error instanceof LayersError) return [];
    throw error;
  }
}

/** Writes `dist/`, too, unless something else than the lock is wrong in `layers/`: that is for synth to tell. */
async function writeTexts(root: string, mended: ReadonlyMap<string, Mended>): Promise<boolean> {
  if (mended.size === 0) return false;
  const texts = new Map([...mended].map(([file, { text }]) => [file, text]));
  return writeTogether(root, texts, () => {
    try {
      write(root, render(root).files);
    } catch (error) {
      if (!(error instanceof LayersError)) throw error;
    }
  });
}
