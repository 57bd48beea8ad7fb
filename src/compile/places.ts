import { below, type Origin } from '../diagnostics.ts';
import { formatPoolId } from '../values/pool-id.ts';
import type { CompiledBuild, CompiledPool } from './compiled-pool.ts';

/** Where an instruction was written, and the values of the step that it came from. */
export interface Place {
  readonly origin: Origin;
  readonly props?: unknown;
}

/** A pool's build, and where its instructions were written. */
export interface PlacedBuild {
  readonly hash: string;
  /** The pool's identity. */
  readonly pool: string;
  readonly places: readonly Place[];
  /** What goes into its MachineOSConfig, where the cluster builds it. */
  readonly content?: string;
}

/** A pool's builds, one for each of its architectures. */
export function placedBuilds(pool: CompiledPool): PlacedBuild[] {
  const { id, by, builds } = pool;
  return builds.map((build) => ({
    ...{ hash: build.hash, pool: formatPoolId(id), places: placesOf(pool, build) },
    ...(by === 'cluster' && { content: build.containerfile }),
  }));
}

/** Where every instruction of a build of a pool came from, in the order of the Containerfile, FROMs included. */
function placesOf({ origin }: CompiledPool, { stages, traced, baseOrigin }: CompiledBuild): Place[] {
  const before = stages.flatMap((stage): Place[] => [
    { origin: below(stage.origin, ['from']) },
    ...stage.instructions.map(() => ({ origin: stage.origin, props: stage.props })),
  ]);
  // What ends the stage is every layer's.
  const end = below(origin, ['layers']);
  return [
    ...before,
    { origin: baseOrigin },
    ...traced.map((step) => ({ origin: step.origin ?? end, props: step.props })),
  ];
}
