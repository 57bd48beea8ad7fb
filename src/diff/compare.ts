import type { Architecture } from '../values/architecture.ts';
import { compareBuilds } from './builds.ts';
import { type Documents, readDocuments } from './documents.ts';
import { effectOf } from './effects.ts';
import { type Files, sameBytes } from './files.ts';
import { inheritedFrom, mayInherit } from './inherited.ts';
import { matrixOf } from './matrix.ts';
import type { Diff, PackagesDiff, PoolDiff, Revert, SideName } from './model.ts';
import { compareObjects } from './objects.ts';
import { type Compared, reasonsOf } from './reasons.ts';
import { findReverts } from './reverted.ts';
import { filesOf, type MadeBuild, type PoolState, poolsIn, readPool } from './state.ts';

/** One side: `dist/`, which is what is deployed, and the documents of `layers/`, which say why. */
export interface Side {
  readonly name: SideName;
  /** By path below `dist/`. */
  readonly dist: Files;
  /** The texts of `layers/*.yaml`, by path below the root. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A pool of which something differs, on both sides. */
interface Pair {
  readonly pool: string;
  readonly before?: PoolState | undefined;
  readonly after?: PoolState | undefined;
}

/** What two states of a repository mean to nodes. Packages are not read here: `packages` says of which images they would be. */
export function compare(from: Side, to: Side): Diff {
  const all = [...new Set([...poolsIn(from.dist), ...poolsIn(to.dist)])].sort();
  const isSame = (pool: string) =>
    has(from, pool) && has(to, pool) && sameBytes(filesOf(from.dist, pool), filesOf(to.dist, pool));
  const pairs: Pair[] = all
    .filter((pool) => !isSame(pool))
    .map((pool) => ({ pool, before: stateOf(from, pool), after: stateOf(to, pool) }));
  const reverts = findReverts(from.dist, to.dist, pairs);
  const documents = { before: readDocuments(from.texts), after: readDocuments(to.texts) };
  const own = pairs.map((pair) => describe(pair, documents, reverts));
  const pools = withHeirs(own, pairs, all, to).sort((a, b) => (a.pool < b.pool ? -1 : 1));
  return {
    from: from.name,
    to: to.name,
    pools,
    unchanged: all.length - pools.length,
    reverts,
    builds: compareBuilds(pairs),
    packages: imagePairs(pairs),
    matrix: matrixOf(all, pools, pairs, to.dist),
    notes: [],
  };
}

function has({ dist }: Side, pool: string): boolean {
  return dist.has(`${pool}.build`);
}

function stateOf(side: Side, pool: string): PoolState | undefined {
  return has(side, pool) ? readPool(side.dist, pool) : undefined;
}

function describe(
  { pool, before, after }: Pair,
  documents: { readonly before: Documents; readonly after: Documents },
  reverts: readonly Revert[],
): PoolDiff {
  const objects = compareObjects(before?.objects ?? [], after?.objects ?? []);
  const state = (after ?? before)!;
  const compared: Compared | undefined = before && after && { before, after, objects, documents };
  const isReverted = reverts.some((revert) => revert.pool === pool);
  return {
    pool,
    change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    target: state.build.target,
    by: state.build.by,
    release: state.made.release,
    reasons: compared === undefined ? [] : reasonsOf(compared),
    ...(before?.image !== after?.image && {
      image: { ...(before?.image && { from: before.image }), ...(after?.image && { to: after.image }) },
    }),
    ...(after?.pin && { pin: after.pin }),
    objects,
    inherits: [],
    inheritedBy: [],
    effect: effectOf({ before, after, objects, inherits: [], reverts: isReverted }),
  };
}

/** With what other pools take from workers that differ. */
function withHeirs(
  own: readonly PoolDiff[],
  pairs: readonly Pair[],
  all: readonly string[],
  to: Side,
): PoolDiff[] {
  const found = new Map(own.map((diff) => [diff.pool, diff]));
  const workers = own.filter(({ pool }) => pool === 'worker' || pool.endsWith('/worker'));
  for (const worker of workers) {
    const pair = pairs.find(({ pool }) => pool === worker.pool)!;
    for (const pool of all.filter((pool) => has(to, pool) && mayInherit(pool, worker.pool))) {
      const mine = pairs.find((one) => one.pool === pool);
      const after = mine?.after ?? readPool(to.dist, pool);
      const inherited = inheritedFrom(pair, after);
      if (inherited === undefined) continue;
      const diff = found.get(pool);
      const objects = diff?.objects ?? [];
      const before = mine === undefined ? after : mine.before;
      const loses = worker.effect.reverts && inherited.fields.includes('osImageURL');
      const reverts = loses || (diff?.effect.reverts ?? false);
      found.set(pool, {
        ...(diff ?? heirOf(after)),
        inherits: [inherited],
        effect: effectOf({ before, after, objects, inherits: [inherited], reverts }),
      });
      const heirs = found.get(worker.pool)!;
      found.set(worker.pool, { ...heirs, inheritedBy: [...heirs.inheritedBy, pool] });
    }
  }
  return [...found.values()];
}

function heirOf({ pool, build, made, pin }: PoolState): Omit<PoolDiff, 'inherits' | 'effect'> {
  return {
    pool,
    change: 'inherits',
    target: build.target,
    by: build.by,
    release: made.release,
    reasons: [],
    ...(pin && { pin }),
    objects: [],
    inheritedBy: [],
  };
}

/** The images that nodes had and will have, each pair once. Nodes without an image of ours run the base. */
function imagePairs(pairs: readonly Pair[]): PackagesDiff[] {
  const found = new Map<string, PackagesDiff & { pools: string[] }>();
  for (const { pool, before, after } of pairs) {
    if (after?.image === undefined || after.image === before?.image) continue;
    const to = after.image;
    for (const made of [after.made, ...(after.made.others ?? [])]) {
      const architecture = architectureOf(made);
      const had =
        before !== undefined && hasArchitecture(before.made, architecture) ? before.image : undefined;
      const from = had ?? (after.pin === 'fresh' ? made.base : undefined);
      // In another repository it is the same image.
      if (from === undefined || digestOf(from) === digestOf(to)) continue;
      const key = [digestOf(from), digestOf(to), architecture].join(' ');
      const same = found.get(key);
      const against = had === undefined ? 'base' : 'image';
      if (same !== undefined) same.pools.push(pool);
      else found.set(key, { pools: [pool], from, to, architecture, against, state: 'not-read', changes: [] });
    }
  }
  return [...found.values()];
}

function hasArchitecture(made: MadeBuild, architecture: Architecture): boolean {
  return [made, ...(made.others ?? [])].some((build) => architectureOf(build) === architecture);
}

/** Where the cluster builds, it is not said. */
function architectureOf({ plan }: MadeBuild): Architecture {
  return 'architecture' in plan ? plan.architecture : 'amd64';
}

/** Where the images to read were pushed to, by what nodes pull: a cluster's mirror may be out of reach from here. */
export function pushedImages(from: Side, to: Side, packages: readonly PackagesDiff[]): Map<string, string> {
  const states = packages.flatMap(({ pools }) =>
    pools.flatMap((pool) => [stateOf(from, pool), stateOf(to, pool)]),
  );
  return new Map(
    states.flatMap((state) =>
      state?.image === undefined || state.build.image === undefined
        ? []
        : [[state.image, `${state.build.image}@${digestOf(state.image)}`] as const],
    ),
  );
}

function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}
