import { describeHold, type Lock, type PinnedPool } from '../spec/lock.ts';

type Pin = Pick<PinnedPool, 'image' | 'build' | 'machineOSBuild' | 'digest' | 'base' | 'release'>;

/** A pool whose pin is another one than before. */
export interface Move extends Pin {
  readonly pool: string;
  readonly before?: Pin;
}

export interface Moves {
  readonly pins: readonly Move[];
  /** What the lock got to know of builds that no registry has. */
  readonly unpushed: readonly { readonly build: string; readonly digest: string }[];
  /** Holds that began, changed or ended; the latter have no text. */
  readonly holds: readonly { readonly pool: string; readonly hold?: string }[];
}

export const NO_MOVES: Moves = { pins: [], unpushed: [], holds: [] };

/** The moves of several pools. */
export function joined(all: readonly Moves[]): Moves {
  return {
    pins: all.flatMap(({ pins }) => pins),
    unpushed: all.flatMap(({ unpushed }) => unpushed),
    holds: all.flatMap(({ holds }) => holds),
  };
}

/** What changed of a pool, as far as it is to be said of a commit. */
export function movesOf(pool: string, before: Lock, after: Lock): Moves {
  const [was, is] = [before.pools[pool], after.pools[pool]];
  const isSame = was?.build === is?.build && was?.image === is?.image && was?.digest === is?.digest;
  const [held, holding] = [was?.hold, is?.hold].map((hold) => hold && describeHold(hold));
  const kept = after.unpushed[pool];
  const isKept = kept === undefined || before.unpushed[pool]?.digest === kept.digest;
  return {
    pins: is === undefined || isSame ? [] : [{ pool, ...placeOf(is), ...(was && { before: placeOf(was) }) }],
    unpushed: isKept ? [] : [{ build: kept.build, digest: kept.digest }],
    holds: held === holding ? [] : [{ pool, ...(holding !== undefined && { hold: holding }) }],
  };
}

function placeOf({ image, build, machineOSBuild, digest, base, release }: PinnedPool): Pin {
  return { image, build, machineOSBuild, digest, base, release };
}

/** What made it, as the end of a trailer. */
function maker({ build, machineOSBuild }: Pin): string {
  return build === undefined ? `operator ${machineOSBuild ?? 'unknown'}` : `build ${build}`;
}

export interface MessageOptions {
  /** What is done to the pools: `pin`, `promote`. */
  readonly verb: string;
  /** Instead of the subject. */
  readonly message?: string | undefined;
  readonly trailers?: readonly string[];
}

/** The message of a commit of pins: what was done, and in trailers what it came to. */
export function messageOf(moves: Moves, { verb, message, trailers = [] }: MessageOptions): string {
  const said = [
    ...moves.pins.map((move) => `Layers-Pin: ${move.pool} ${move.image}@${move.digest} ${maker(move)}`),
    ...moves.holds.map(({ pool, hold }) =>
      hold === undefined ? `Layers-Release: ${pool}` : `Layers-Hold: ${pool} ${hold}`,
    ),
    ...new Set(moves.unpushed.map(({ build, digest }) => `Layers-Build: ${build} ${digest} not pushed`)),
    ...trailers,
  ];
  const subject = message?.trim() ?? `chore(layers): ${subjectOf(moves, verb)}`;
  return [subject, ...(said.length > 0 ? [said.join('\n')] : [])].join('\n\n');
}

export function subjectOf({ pins, unpushed, holds }: Moves, verb: string): string {
  const pools = new Set([...pins, ...holds].map(({ pool }) => pool));
  if (pools.size > 0) return `${verb} ${[...pools].sort().join(', ')}`;
  return unpushed.length > 0 ? 'record builds that were not pushed' : 'write dist/ anew';
}
