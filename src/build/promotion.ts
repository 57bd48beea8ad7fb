import { failure, LayersError } from '../diagnostics.ts';
import type { PoolBuild } from '../plan/plan.ts';
import type { Hold, PinnedPool } from '../spec/lock.ts';
import type { Digest } from '../values/digest.ts';
import { parsePoolId } from '../values/pool-id.ts';
import { compareReleases, type ReleaseVersion } from '../values/release-version.ts';
import { type Difference, differences, type Made } from './differences.ts';
import { selectPools } from './groups.ts';
import type { Locks } from './pin.ts';

export const BUILT_TWICE =
  'It was built twice, with two digests. Write another text into `refresh:` of both pools, build the leader, and promote again.';

/** A pool, and the one that it follows. */
export interface Pair {
  readonly leader: PoolBuild;
  readonly follower: PoolBuild;
}

/** A pinned image that a follower is to have. */
export interface Promotion {
  readonly leader: string;
  readonly follower: string;
  readonly build: string;
  readonly digest: Digest;
  /** The repository that has it, and the follower's. */
  readonly from: string;
  readonly to: string;
  /** Whether the follower is pinned to it already. */
  readonly isDone: boolean;
  /** What keeps the follower's pin, where it would move. */
  readonly hold?: Hold;
}

/** Why a follower cannot have its leader's image. */
export interface Refusal {
  readonly code: string;
  /** The pool to look at, and the key that says it. */
  readonly pool: string;
  readonly key: Difference['key'] | 'name';
  readonly message: string;
  readonly hint: string;
  /** What one edit may put right for several pools. */
  readonly what?: string;
}

/** Followers by their identities or clusters, each with its leader; or all followers. Throws for names that follow nobody of `from`. */
export function selectPairs(
  pools: readonly PoolBuild[],
  from: string,
  to: readonly string[] | 'all',
): Pair[] {
  const leaders = new Map(selectPools(pools, [from]).map((pool) => [pool.pool, pool]));
  const isFollower = ({ follows }: PoolBuild) => follows !== undefined && leaders.has(follows);
  const named = to === 'all' ? pools : selectPools(pools, to);
  const lost = (to === 'all' ? [] : to).filter((name) => !selectPools(pools, [name]).some(isFollower));
  if (lost.length > 0) {
    throw new LayersError(lost.flatMap((name) => notAFollower(name, from, pools).diagnostics));
  }
  const pairs = named
    .filter(isFollower)
    .map((follower) => ({ follower, leader: leaders.get(follower.follows!)! }));
  if (pairs.length > 0) return pairs;
  throw failure('input', 'not-a-follower', `no pool follows ${from}`, {
    hint: `A pool does that says follows: ${from}.`,
  });
}

function notAFollower(name: string, from: string, pools: readonly PoolBuild[]): LayersError {
  const follows = pools.find(({ pool }) => pool === name)?.follows;
  return failure('input', 'not-a-follower', `${name} does not follow ${from}`, {
    hint:
      follows === undefined
        ? `A pool does that says follows: ${from}. Others are built: \`layers build ${name} --pin\`.`
        : `It follows ${follows}: \`layers pin promote ${follows} ${name}\`.`,
  });
}

/**
 * Whether a follower may have its leader's image: only the one that it asks for itself. `madeOf` gives what `dist/` has
 * of a build.
 */
export function promotionOf(
  { leader, follower }: Pair,
  locks: Locks,
  madeOf: (hash: string) => Made | undefined,
): Promotion | Refusal {
  const [own, pin] = [pinOf(follower, locks), pinOf(leader, locks)];
  if (pin === undefined) return unpinned(leader);
  if (pin.build === undefined) return ofOperator({ leader, follower });
  const wanted = follower.build!;
  // The lock has both of every build.
  if (pin.build !== wanted)
    return refusal({ leader, follower }, madeOf(wanted)!, madeOf(pin.build) ?? (pin as Made));
  if (own?.build === wanted && own.digest !== pin.digest) return otherDigest({ leader, follower });
  const isDone = own?.build === wanted && own.image === follower.image;
  return {
    leader: leader.pool,
    follower: follower.pool,
    build: wanted,
    digest: pin.digest as Digest,
    from: pin.image,
    to: follower.image!,
    isDone,
    ...(own?.hold && !isDone && { hold: own.hold }),
  };
}

function pinOf({ pool }: PoolBuild, locks: Locks): PinnedPool | undefined {
  return locks.get(parsePoolId(pool).cluster)?.pools[pool];
}

function unpinned({ pool, follows }: PoolBuild): Refusal {
  const way = follows === undefined ? `layers build ${pool} --pin` : `layers pin promote ${follows} ${pool}`;
  return {
    code: 'leader-unpinned',
    pool,
    key: 'name',
    message: `${pool} has no pinned image to promote`,
    hint: `Give it one, and see that it holds: \`${way}\`.`,
  };
}

function ofOperator({ leader: { pool }, follower }: Pair): Refusal {
  return {
    code: 'leader-of-operator',
    pool,
    key: 'name',
    message: `${pool} is pinned to an image that an operator built: it is of no build that ${follower.pool} could ask for`,
    hint: `Build what ${pool} is to have, \`layers build ${pool} --pin\`, and promote that; or \`layers pin set ${follower.pool} --from …\` with the same objects.`,
  };
}

function refusal({ leader, follower }: Pair, own: Made, pinned: Made): Refusal {
  if (leader.build === follower.build) {
    return {
      ...unpinned(leader),
      code: 'leader-behind',
      message: `${leader.pool} is not pinned yet to what ${follower.pool} is to have`,
    };
  }
  const found = differences(own, pinned);
  const [first] = found;
  const what =
    first === undefined ? 'its layers or its refresh are others' : found.map(({ text }) => text).join('; ');
  return {
    code: 'promotion-differs',
    pool: follower.pool,
    key: first?.key ?? 'layers',
    what,
    message: `${follower.pool} is not what ${leader.pool} is pinned to: ${what}`,
    hint:
      first?.key === 'release'
        ? releaseHint(leader.pool, own.release, pinned.release)
        : `Make them the same, run \`layers synth\`, and promote again: \`layers explain ${follower.pool}\` and \`layers explain ${leader.pool}\` say where each value is written.`,
  };
}

/** The leader goes first. */
function releaseHint(leader: string, own: string, pinned: string): string {
  const isAhead = compareReleases(own as ReleaseVersion, pinned as ReleaseVersion) > 0;
  return isAhead
    ? `Write release: "${own}" for ${leader} first, then \`layers build ${leader} --pin\`, and promote what that has proven.`
    : `Write release: "${pinned}" for it, run \`layers synth\`, and promote again.`;
}

function otherDigest({ leader, follower }: Pair): Refusal {
  return {
    code: 'promotion-conflict',
    pool: follower.pool,
    key: 'name',
    message: `${follower.pool} is pinned to another image of the build that ${leader.pool} is pinned to`,
    hint: BUILT_TWICE,
  };
}
