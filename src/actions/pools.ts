import { identityOf, instancesOf, type PoolInstance } from '../compile/instances.ts';
import { failure, hasErrors, LayersError } from '../diagnostics.ts';
import type { Library } from '../spec/library.ts';
import { loadLibrary } from '../spec/load.ts';
import { suggest } from '../values/suggest.ts';

/** The pool of this identity among the documents, and the documents. */
export function findPool(root: string, name: string): { instance: PoolInstance; library: Library } {
  const { library, diagnostics } = loadLibrary(root);
  const { instances } = instancesOf(library);
  const instance = instances.find((candidate) => identityOf(candidate) === name);
  if (instance !== undefined) return { instance, library };
  if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
  throw failure('input', 'unknown-pool', `there is no pool ${name}`, {
    hint: suggest(name, instances.map(identityOf)) ?? 'There are no pools.',
  });
}
