import type { Subject } from '../../compile/subject.ts';
import type { Origin } from '../../diagnostics.ts';
import type { OnlineFacts } from './online.ts';
import { compareOs, type OsDifference } from './packages.ts';

/** How a pool's own base stands to the OS image of its release. */
export interface OwnBase {
  /** None where neither is newer, as far as is known. */
  readonly difference: OsDifference | undefined;
  /** Whether its kubelet is newer than the cluster's release. */
  readonly isAhead: boolean;
  readonly origin: Origin;
}

/** undefined where the base is the release's. */
export function osOf(pool: Subject, { packages }: OnlineFacts): OwnBase | undefined {
  const { base, osImage, cluster, release, origins, origin } = pool;
  if (osImage === undefined || base.digest === osImage.digest) return undefined;
  const difference = compareOs(packages.get(base.digest), packages.get(osImage.digest));
  // Of a cluster that runs a later release than the pool's, it is not known here.
  const runs = cluster?.release ?? release;
  const isAhead =
    difference?.package === 'openshift-kubelet' && difference.order === 'newer' && runs === release;
  return { difference, isAhead, origin: origins.base ?? origin };
}
