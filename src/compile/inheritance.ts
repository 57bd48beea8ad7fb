import { below, type Diagnostic } from '../diagnostics.ts';
import type { Library } from '../spec/library.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import type { CompiledPool } from './compiled-pool.ts';
import type { EffectivePool } from './effective.ts';
import { imageKernel } from './image-kernel.ts';
import { checkModules } from './modules.ts';

/** From here on an inherited osImageURL is the base of on-cluster builds. */
const INHERITS_BASE = '4.22';

/** Whether the on-cluster builds of a release start from an osImageURL that their pool inherits. */
export function inheritsBase(release: ReleaseVersion): boolean {
  return isAtLeast(release, INHERITS_BASE);
}

/**
 * Custom pools take the MachineConfigs of `worker`, and with them its image. What that means for each of a cluster's
 * pools: remarks, because it may well be what is wanted.
 */
export function inheritanceRemarks(pools: readonly CompiledPool[]): Diagnostic[] {
  const workers = pools.filter(({ id, image }) => id.pool === 'worker' && image !== undefined);
  return workers.flatMap((worker) => {
    const others = pools.filter(
      ({ id }) => id.cluster === worker.id.cluster && id.pool !== 'worker' && id.pool !== 'master',
    );
    const heirs = others.filter(({ image }) => image === undefined);
    return [
      ...others.flatMap((pool) =>
        pool.image === undefined ? heirRemark(pool, worker) : lossRemark(pool, worker),
      ),
      ...(heirs.length === 0 ? [] : [namesRemark(worker, heirs)]),
    ];
  });
}

/** Whether an image of worker's would be the base of the pool's on-cluster build. */
export function mayStartFromWorker({
  name,
  release,
  target,
}: Pick<EffectivePool, 'name' | 'release' | 'target'>): boolean {
  return (
    target.machineOSConfig !== undefined && !['master', 'worker'].includes(name) && inheritsBase(release)
  );
}

/** The modules of pools that may start from worker's image, held against the kernel of what they do start from. */
export function inheritedModules(pools: readonly CompiledPool[], library: Library): Diagnostic[] {
  const heirs = pools.filter(({ pool }) => mayStartFromWorker(pool));
  return heirs.flatMap(({ id, kernels: { base, installed }, claims, stages, pool, architecture }) => {
    const worker = pools.find(
      (other) => other.id.cluster === id.cluster && other.id.pool === 'worker' && other.image !== undefined,
    );
    const inherited =
      worker === undefined ? base : imageKernel(worker.kernels.base, worker.kernels.installed, worker.claims);
    const kernel = imageKernel(inherited, installed, claims);
    return checkModules({ kernel, base, claims, stages, pool, architecture, library });
  });
}

function remark(code: string, pool: CompiledPool, message: string, hint: string): Diagnostic {
  return { code, severity: 'info', source: 'finding', message, hint, origin: below(pool.origin, ['name']) };
}

function namesRemark(worker: CompiledPool, heirs: readonly CompiledPool[]): Diagnostic {
  const names = heirs.map(({ id }) => formatPoolId(id)).join(', ');
  return remark(
    'worker-image-inherited',
    worker,
    `custom pools take the MachineConfigs of worker: its image reaches ${names} as well, and every pool that is not declared here`,
    'Give them images of their own where that is not wanted.',
  );
}

function heirRemark(pool: CompiledPool, worker: CompiledPool): Diagnostic[] {
  const isBase = inheritsBase(pool.pool.release);
  return [
    remark(
      isBase ? 'worker-image-as-base' : 'worker-image-ignored',
      pool,
      isBase
        ? `its on-cluster build starts from the image of ${formatPoolId(worker.id)}, with the layers of that`
        : `its on-cluster build starts from the cluster's own image, without the layers of ${formatPoolId(worker.id)}`,
      'From 4.22 on an inherited osImageURL is the base of on-cluster builds; before, it is ignored.',
    ),
  ];
}

function lossRemark(pool: CompiledPool, worker: CompiledPool): Diagnostic[] {
  const own = new Set(layersOf(pool));
  const lost = layersOf(worker).filter((layer) => !own.has(layer));
  if (lost.length === 0) return [];
  return [
    remark(
      'worker-layers-lost',
      pool,
      `with an image of its own it does not have the layers of worker: ${lost.join(', ')}`,
      'List those that it needs, or put them into a PoolDefaults.',
    ),
  ];
}

function layersOf({ pool }: CompiledPool): string[] {
  return pool.layers.map(({ value }) => (typeof value === 'string' ? value : value.name));
}
