import { type Explained, explainPool } from '../compile/explain.ts';
import { identityOf, instancesOf } from '../compile/instances.ts';
import { failure, hasErrors, LayersError } from '../diagnostics.ts';
import { loadLibrary } from '../spec/load.ts';

export interface ExplainOptions {
  readonly root: string;
  readonly pool: string;
  /** Only values at or below this path, `target.machineConfig`. */
  readonly path?: string;
}

/** What a pool is made of, and where each value came from. */
export function explain({ root, pool: name, path }: ExplainOptions): readonly Explained[] {
  const { library, diagnostics } = loadLibrary(root);
  const { instances } = instancesOf(library);
  const instance = instances.find((candidate) => identityOf(candidate) === name);
  if (instance === undefined) {
    if (hasErrors(diagnostics)) throw new LayersError(diagnostics);
    const known = instances.map(identityOf).join(', ');
    throw failure('input', 'unknown-pool', `there is no pool ${name}`, {
      hint: `Known are: ${known || 'none'}.`,
    });
  }
  const explained = explainPool(instance.pool, library, instance.cluster);
  if (hasErrors(explained.diagnostics)) throw new LayersError(explained.diagnostics);
  const values = explained.values.filter((value) => path === undefined || isAtOrBelow(value.path, path));
  if (values.length > 0) return values;
  throw failure('input', 'unknown-path', `${name} has nothing at ${path}`, {
    hint: `\`layers explain ${name}\` lists all that it has.`,
  });
}

function isAtOrBelow(path: string, wanted: string): boolean {
  return path === wanted || path.startsWith(`${wanted}.`) || path.startsWith(`${wanted}[`);
}
