import { type Explained, explainPool } from '../compile/explain.ts';
import { failure, hasErrors, LayersError } from '../diagnostics.ts';
import { findPool } from './pools.ts';

export interface ExplainOptions {
  readonly root: string;
  readonly pool: string;
  /** Only values at or below this path, `target.machineConfig`. */
  readonly path?: string;
}

/** What a pool is made of, and where each value came from. */
export function explain({ root, pool: name, path }: ExplainOptions): readonly Explained[] {
  const { instance, library } = findPool(root, name);
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
