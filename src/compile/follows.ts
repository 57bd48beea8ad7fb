import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import { formatPoolId, type PoolId, parsePoolId } from '../values/pool-id.ts';
import type { CompiledPool } from './compiled-pool.ts';
import type { EffectivePool } from './effective.ts';

/** What a pool says that follows nobody, whatever its defaults say. */
export const LEADS = 'none';

/** The identity of the pool that another one names to follow, which may be itself. */
export function leaderOf({ follows, name }: EffectivePool, { cluster }: PoolId): string | undefined {
  if (follows === undefined || follows === LEADS) return undefined;
  return cluster === undefined || follows.includes('/') ? follows : `${follows}/${name}`;
}

/** Pools that follow one that is not there, has no pin, or follows them. All pools of all clusters are to be given. */
export function followErrors(pools: readonly CompiledPool[]): Diagnostic[] {
  const byIdentity = new Map(pools.map((pool) => [formatPoolId(pool.id), pool]));
  return [...byIdentity].flatMap(([identity, pool]) => {
    const leader = leaderOf(pool.pool, pool.id);
    if (leader === undefined) return [];
    if (leader === identity) return isMeant(pool, identity, pools) ? [] : [followsItself(pool, identity)];
    const found = byIdentity.get(leader);
    if (found === undefined) return [unknownLeader(pool, leader, [...byIdentity.keys()])];
    if (found.by === 'cluster') {
      return [
        error(
          'leader-not-ours',
          pool,
          `the cluster builds ${leader} itself, from its MachineOSConfig: it has no pin to promote`,
          'Follow a pool with the target machineConfig.',
        ),
      ];
    }
    return circle(identity, byIdentity);
  });
}

/** Who has it from a document or defaults that are for others as well is the leader. */
function isMeant({ id, pool }: CompiledPool, identity: string, pools: readonly CompiledPool[]): boolean {
  const isShort = id.cluster !== undefined && !pool.follows!.includes('/');
  return isShort || pools.some(({ follows }) => follows === identity);
}

function followsItself(pool: CompiledPool, identity: string): Diagnostic {
  return error(
    'follows-itself',
    pool,
    `${identity} follows itself, and no other pool follows it`,
    'Name the pool whose image it is to take, or leave follows out.',
  );
}

function unknownLeader(pool: CompiledPool, leader: string, known: readonly string[]): Diagnostic {
  const { cluster } = parsePoolId(leader);
  const there = known.filter((identity) => parsePoolId(identity).cluster === cluster);
  const clusters = new Set(known.map((identity) => parsePoolId(identity).cluster ?? identity));
  const has =
    there.length > 0 ? `There are: ${there.join(', ')}.` : `Known are: ${[...clusters].join(', ')}.`;
  return error(
    'unknown-leader',
    pool,
    `there is no pool ${leader} to follow`,
    `${has} Where ${pool.pool.name} is to lead, write follows: ${LEADS} in it.`,
  );
}

/** A circle, told once: by the first of its pools. */
function circle(identity: string, pools: ReadonlyMap<string, CompiledPool>): Diagnostic[] {
  const way: string[] = [];
  let at: string | undefined = identity;
  while (at !== undefined && !way.includes(at)) {
    way.push(at);
    at = pools.get(at)?.follows;
  }
  if (at !== identity || way.some((other) => other < identity)) return [];
  const [first, ...others] = way.map((name) => pools.get(name)!);
  return [
    {
      ...error(
        'follows-itself',
        first!,
        `${identity} follows itself, by way of ${way.slice(1).join(', ')}`,
        'Leave one follows of the circle out: the pool that has none is built and pinned by `layers build`.',
      ),
      related: others.map((pool) => ({
        message: `${formatPoolId(pool.id)} follows ${pool.follows}`,
        origin: placeOf(pool),
      })),
    },
  ];
}

function placeOf({ pool, origin }: CompiledPool): Origin {
  return pool.origins.get('follows') ?? below(origin, ['follows']);
}

function error(code: string, pool: CompiledPool, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', source: 'input', message, hint, origin: placeOf(pool) };
}
