import { checkPools } from '../checks/pools.ts';
import { applySilences, inDocuments, type Silenced } from '../checks/silence.ts';
import { silencesOf } from '../compile/effective.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { drift, render, reversals } from '../synth/synth.ts';
import { expiredHolds } from './expired-holds.ts';
import { asError, strictly } from './strict.ts';

export interface CheckOptions {
  readonly root: string;
  /** Make errors of warnings. */
  readonly strict?: boolean;
}

export interface CheckResult {
  readonly diagnostics: readonly Diagnostic[];
  /** What documents silence, each with its reason. */
  readonly silenced: readonly Silenced[];
}

/** What is found without writing anything: by the checks, pins behind or missing, holds past their date, and a `dist/` that is not what `layers/` says. */
export function check({ root, strict = false }: CheckOptions): CheckResult {
  const { files, findings, pools } = render(root);
  const silences = pools.flatMap((pool) => [...pool.silences, ...pool.layers.flatMap(silencesOf)]);
  const { diagnostics, silenced } = applySilences([...findings, ...checkPools(pools)], inDocuments(silences));
  const stale = drift(root, files).map(
    ({ path, change }): Diagnostic => ({
      code: 'dist-drift',
      severity: 'error',
      source: 'finding',
      message: `dist/${path} would be ${change}`,
      hint: '`layers synth` writes dist/ anew.',
    }),
  );
  const all = [...strictly([...diagnostics, ...expiredHolds(root)]), ...reversals(root, files), ...stale];
  return { diagnostics: strict ? all.map(asError) : all, silenced };
}
