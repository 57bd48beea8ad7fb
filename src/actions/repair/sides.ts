import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPast } from '../../git/past.ts';
import { type Lock, lockFile, parsePoolLock } from '../../spec/lock.ts';
import type { Wanted } from './wanted.ts';

/** What the two branches of a merge said of a pool, as far as it can be read. */
export interface Sides {
  readonly ours?: Lock;
  readonly theirs?: Lock;
}

/** The sides of a conflict in a pool's file: as git has them whole, else as its marks leave them. Undefined where there is none. */
export async function sidesOf(root: string, pool: string): Promise<Sides | undefined> {
  const file = lockFile(pool);
  const text = readFileSync(join(root, file), 'utf8');
  if (!/^<{7} /m.test(text)) return undefined;
  const past = openPast(root);
  const ours = lockIn(await past.staged(2, file), pool) ?? lockIn(sideIn(text, 'ours'), pool);
  const theirs = lockIn(await past.staged(3, file), pool) ?? lockIn(sideIn(text, 'theirs'), pool);
  if (ours === undefined && theirs === undefined) return undefined;
  return { ...(ours && { ours }), ...(theirs && { theirs }) };
}

/**
 * The side that is held; else the one that was built from what `layers/` says now; else ours. A hold beats any new pin, and
 * of two images of one build either is right.
 */
export function chosenSide(
  pool: string,
  { ours, theirs }: Sides,
  wanted: Wanted | undefined,
): 'ours' | 'theirs' {
  if (ours === undefined) return 'theirs';
  if (theirs === undefined) return 'ours';
  const [mine, other] = [ours.pools[pool], theirs.pools[pool]];
  if (mine?.hold !== undefined || other?.hold !== undefined)
    return mine?.hold === undefined ? 'theirs' : 'ours';
  if (mine === undefined) return other === undefined ? 'ours' : 'theirs';
  const isWanted = (pin: typeof mine) => wanted !== undefined && pin.build === wanted.build;
  return other !== undefined && isWanted(other) && !isWanted(mine) ? 'theirs' : 'ours';
}

function lockIn(text: string | undefined, pool: string): Lock | undefined {
  if (text === undefined) return undefined;
  const { lock, diagnostics } = parsePoolLock(text, pool);
  return diagnostics.length === 0 ? lock : undefined;
}

const MARKS: readonly (readonly [mark: RegExp, part: 'ours' | 'base' | 'theirs' | 'both'])[] = [
  [/^<{7} /, 'ours'],
  [/^\|{7}( |$)/, 'base'],
  [/^={7}$/, 'theirs'],
  [/^>{7} /, 'both'],
];

function sideIn(text: string, side: 'ours' | 'theirs'): string {
  let part = 'both';
  const lines = text.split('\n').filter((line) => {
    const mark = MARKS.find(([pattern]) => pattern.test(line));
    if (mark !== undefined) part = mark[1];
    return mark === undefined && (part === 'both' || part === side);
  });
  return lines.join('\n');
}
