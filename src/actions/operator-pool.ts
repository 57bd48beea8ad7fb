import { findManifests, type Manifest } from '../build/manifests.ts';
import { rulesOf } from '../checks/manifests/releases.ts';
import { failure } from '../diagnostics.ts';
import {
  asAdmitted,
  type MachineConfig,
  type MachineOSConfig,
  machineConfig,
  machineOSConfig,
} from '../operator/objects.ts';
import { type PoolId, parsePoolId } from '../values/pool-id.ts';
import type { ReleaseVersion } from '../values/release-version.ts';
import { SavedCluster } from './saved-cluster.ts';

export interface OperatorOptions {
  readonly root: string;
  readonly pool: string;
  /** A must-gather, or a folder of saved objects. */
  readonly from: string;
  /** The release whose rules hold; the saved objects' own where none is given. */
  readonly release?: string | undefined;
}

/** A pool, by what is in git and what was saved of its cluster. */
export interface OperatorPool {
  readonly id: PoolId;
  readonly saved: SavedCluster;
}

export function openPool({ root, pool, from }: OperatorOptions): OperatorPool {
  return { id: parsePoolId(pool), saved: new SavedCluster(root, from) };
}

/** The rules that hold: of the release that was named, or that the cluster's objects are of. */
export function rulesFor(given: string | undefined, saved: string | undefined): ReleaseVersion {
  if (given === undefined && saved === undefined) {
    throw failure('input', 'release-missing', 'nothing that was saved says which release it is of', {
      hint: 'Name it: --release 4.20.',
    });
  }
  return rulesOf(given ?? saved);
}

/** The MachineOSConfig of `dist/`, as the API server stores it, or else the one that was saved. */
export function osConfigOf(
  root: string,
  { id, saved }: OperatorPool,
): { readonly config: MachineOSConfig; readonly isFromDist: boolean } {
  const own = findManifests(root, id).find(({ kind }) => kind === 'MachineOSConfig');
  if (own !== undefined) {
    const config = machineOSConfig.parse(own);
    return { config: { ...config, spec: asAdmitted(config.spec) }, isFromDist: true };
  }
  const config = saved.osConfig(id.pool);
  if (config !== undefined)
    return { config: { ...config, spec: asAdmitted(config.spec) }, isFromDist: false };
  throw failure(
    'input',
    'not-built-by-cluster',
    `${id.pool} has no MachineOSConfig: its cluster builds nothing`,
    {
      hint: 'This is for pools of the target machineOSConfig, in dist/ or among what was saved.',
    },
  );
}

/** The MachineConfigs that `dist/` has of a pool. */
export function configsOfDist(root: string, id: PoolId): MachineConfig[] {
  const areConfigs = ({ kind }: Manifest) => kind === 'MachineConfig';
  return findManifests(root, id)
    .filter(areConfigs)
    .map((manifest) => machineConfig.parse(manifest));
}
