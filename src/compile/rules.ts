import type { Cluster } from '../spec/cluster.ts';
import { TARGETS, type TargetName } from '../targets/index.ts';
import type { ImageRef, PinnedImage } from '../values/image-ref.ts';
import { compareReleases, isAtLeast, type ReleaseVersion } from '../values/release-version.ts';
import type { EffectivePool } from './effective.ts';
import { LEADS } from './follows.ts';
import type { Report } from './report.ts';

const NOT_NEWER = 'Nodes must not be newer than their cluster: upgrade the cluster first.';

export interface RuleInput {
  readonly pool: EffectivePool;
  readonly targetName: TargetName;
  readonly cluster: Cluster | undefined;
  readonly base: PinnedImage | undefined;
  /** The releases whose OS image the base is, as far as they have documents. */
  readonly baseReleases: readonly ReleaseVersion[];
  /** Whether there is a Release document, though it may have errors. */
  readonly hasRelease: boolean;
  /** Where the image is pushed. */
  readonly image: ImageRef | undefined;
}

/** What cannot be about a pool as a whole, whatever its layers are. */
export function checkPool(
  { pool, targetName, cluster, base, baseReleases, hasRelease, image }: RuleInput,
  reject: Report,
): void {
  const target = TARGETS[targetName];
  if (base === undefined && !hasRelease) {
    reject(
      'unknown-release',
      'release',
      `there is no Release document for ${pool.release}`,
      target.builtBy === 'cluster'
        ? 'Add one with its images by digest.'
        : 'Add one with its images by digest, or give the pool a base.',
    );
  }
  if (target.builtBy === 'cluster' && pool.build !== undefined) {
    reject(
      'build-not-ours',
      'build',
      'the cluster builds this pool itself, from its MachineOSConfig',
      'Leave build out, or use the target machineConfig.',
    );
  }
  if (target.builtBy === 'cluster' && pool.base !== undefined) {
    reject(
      'base-not-ours',
      'base',
      'the cluster builds this pool from the OS image of its own release',
      'Leave base out, or use the target machineConfig.',
    );
  }
  if (target.builtBy === 'cluster' && pool.follows !== undefined && pool.follows !== LEADS) {
    reject(
      'follows-not-ours',
      'follows',
      `the cluster builds ${pool.name} itself, from its MachineOSConfig: it has no pin to promote`,
      `Write follows: ${LEADS} in ${pool.name}, or use the target machineConfig.`,
    );
  }
  if (targetName === 'machineOSConfig' && !isAtLeast(pool.release, '4.18')) {
    reject(
      'machineosconfig-too-old',
      'release',
      `OpenShift ${pool.release} has another, older MachineOSConfig API`,
      'Use the target machineConfig, or a release from 4.18 on.',
    );
  }
  if (pool.machineConfigPool !== undefined && ['master', 'worker'].includes(pool.name)) {
    reject(
      'pool-not-custom',
      'machineConfigPool',
      `${pool.name} is the cluster's own pool`,
      'Leave machineConfigPool out: pause it with `oc patch`, and set maxUnavailable there.',
    );
  }
  if (pool.name === 'control-plane') {
    reject(
      'pool-on-control-plane',
      'name',
      'the operator has no pool control-plane, and no custom pools of control plane nodes',
      'Their pool is called master.',
    );
  }
  if (target.builtBy === 'runner' && image === undefined) {
    reject(
      'image-missing',
      'target',
      `it is not said where the image of ${pool.name} is pushed`,
      'Write target: { machineConfig: { image: … } }, or give its Cluster a registry.',
    );
  }
  const runs = cluster?.release;
  if (runs !== undefined && compareReleases(pool.release, runs) > 0) {
    reject(
      'newer-than-cluster',
      'release',
      `the pool is built for ${pool.release}, and ${cluster!.name} runs ${runs}`,
      NOT_NEWER,
    );
  }
  // Several releases may have one image: the oldest tells.
  const [oldest] = [...baseReleases].sort(compareReleases);
  if (pool.base !== undefined && oldest !== undefined && compareReleases(oldest, runs ?? pool.release) > 0) {
    reject(
      'newer-than-cluster',
      'base',
      `the base is the OS image of ${oldest}, and ${runs === undefined ? `the pool is of ${pool.release}` : `${cluster!.name} runs ${runs}`}`,
      NOT_NEWER,
    );
  }
}
