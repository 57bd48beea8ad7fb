import { type EffectivePool, effectivePool } from '../compile/effective.ts';
import { identityOf, instancesOf } from '../compile/instances.ts';
import { below, type Origin } from '../diagnostics.ts';
import { loadLibrary } from '../spec/load.ts';

/** Where the documents say something of a pool: at its key, else at its name. Pools that a program makes have no place. */
export function placesIn(root: string): (pool: string, key: string) => Origin | undefined {
  const { library } = loadLibrary(root);
  const { instances } = instancesOf(library);
  return (name, key) => {
    const instance = instances.find((candidate) => identityOf(candidate) === name);
    if (instance === undefined) return undefined;
    const { pool, cluster } = instance;
    const { effective } = effectivePool(pool, library, cluster);
    return placeOf(effective, key) ?? below(pool.origin, ['name']);
  };
}

function placeOf(pool: EffectivePool | undefined, key: string): Origin | undefined {
  return key === 'layers' ? pool?.layers[0]?.origin : pool?.origins.get(key);
}
