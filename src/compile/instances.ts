import type { Diagnostic } from '../diagnostics.ts';
import { type Cluster, selects } from '../spec/cluster.ts';
import type { Library, Located } from '../spec/library.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { selectionErrors } from './selection.ts';

/** A pool in one cluster; without Cluster documents there is one, unnamed. */
export interface PoolInstance {
  readonly pool: Library['pools'][number];
  readonly cluster?: Located<Cluster>;
}

/** Its identity. */
export function identityOf({ pool, cluster }: PoolInstance): string {
  return formatPoolId({ ...(cluster && { cluster: cluster.value.name }), pool: pool.value.name });
}

/** The pools of every cluster, and what is wrong with how they are selected. */
export function instancesOf(library: Library): { instances: PoolInstance[]; diagnostics: Diagnostic[] } {
  const clusters = [...library.clusters.values()].sort((a, b) => (a.value.name < b.value.name ? -1 : 1));
  const diagnostics = [...selectionErrors(library), ...beyondSingleNodes(library)];
  if (clusters.length === 0) return { instances: library.pools.map((pool) => ({ pool })), diagnostics };
  const instances = clusters.flatMap((cluster) =>
    library.pools
      .filter(({ value }) => selects(value.clusters, cluster.value))
      // A single node is a master, and nothing else.
      .filter(({ value }) => cluster.value.topology !== 'sno' || value.name === 'master')
      .map((pool) => ({ pool, cluster })),
  );
  return { instances, diagnostics };
}

/** By labels a pool may well select a cluster that cannot have it; by name that is a mistake. */
function beyondSingleNodes({ pools, clusters }: Library): Diagnostic[] {
  return pools.flatMap(({ value, origin }) => {
    if (!Array.isArray(value.clusters) || value.name === 'master') return [];
    return value.clusters.flatMap((name, index): Diagnostic[] =>
      clusters.get(name)?.value.topology !== 'sno'
        ? []
        : [
            {
              code: 'pool-not-on-sno',
              severity: 'error',
              source: 'input',
              message: `${name} is a single node, whose only pool is master`,
              hint: 'Leave it out here, and give the layers to the pool master.',
              origin: { ...origin, path: [...(origin.path ?? []), 'clusters', index] },
            },
          ],
    );
  });
}
