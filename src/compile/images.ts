import type { Cluster } from '../spec/cluster.ts';
import { formatImageRef, type ImageRef } from '../values/image-ref.ts';
import type { EffectivePool } from './effective.ts';

/** Where a pool's image is pushed: as the pool says, else below its cluster's registry. Undefined where neither says. */
export function pushedTo(
  { name, target }: EffectivePool,
  cluster: Cluster | undefined,
): ImageRef | undefined {
  if (target.machineConfig === undefined) return undefined;
  if (target.machineConfig.image !== undefined) return target.machineConfig.image;
  const push = cluster?.registry?.push;
  return push && { ...push, repository: `${push.repository}/${name}` };
}

/** Where a cluster's nodes pull what was pushed to `image`: its mirror, for what is below its registry. */
export function pulledFrom(image: string, cluster: Cluster | undefined): string {
  const { push, pull } = cluster?.registry ?? {};
  if (push === undefined || pull === undefined) return image;
  const prefix = `${formatImageRef(push)}/`;
  return image.startsWith(prefix) ? `${formatImageRef(pull)}/${image.slice(prefix.length)}` : image;
}
