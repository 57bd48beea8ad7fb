/** Who a pool is: its name, and the cluster it is in where there is more than the one unnamed cluster. */
export interface PoolId {
  readonly cluster?: string;
  readonly pool: string;
}

/** `<cluster>/<pool>`, or `<pool>` in the unnamed cluster: the key in the lock, and the path below `dist/`. */
export function formatPoolId({ cluster, pool }: PoolId): string {
  return cluster === undefined ? pool : `${cluster}/${pool}`;
}

export function parsePoolId(text: string): PoolId {
  const slash = text.indexOf('/');
  return slash < 0 ? { pool: text } : { cluster: text.slice(0, slash), pool: text.slice(slash + 1) };
}
