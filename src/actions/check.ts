import { checkPools } from '../checks/pools.ts';
import { applySilences, inDocuments, type Silenced } from '../checks/silence.ts';
import { silencesOf } from '../compile/effective.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { drift, type Rendered, render, reversals } from '../synth/synth.ts';
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

/** What registries were asked for, and said. */
export interface Online {
  readonly found: readonly Diagnostic[];
  /** Why some of them gave no answer. */
  readonly unanswered: readonly Diagnostic[];
}

/** What is found without writing anything: by the checks, pins behind or missing, holds past their date, and a `dist/` that is not what `layers/` says. */
export function check(options: CheckOptions): CheckResult {
  return verdict(options, render(options.root));
}

export function verdict(
  { root, strict = false }: CheckOptions,
  { files, findings, pools }: Rendered,
  online?: Online,
): CheckResult {
  const silences = pools.flatMap((pool) => [...pool.silences, ...pool.layers.flatMap(silencesOf)]);
  const { diagnostics, silenced } = applySilences(
    [...findings, ...checkPools(pools), ...(online?.found ?? [])],
    inDocuments(silences),
    online?.unanswered.length === 0 ? 'all' : 'offline',
  );
  const stale = drift(root, files).map(
    ({ path, change }): Diagnostic => ({
      code: 'dist-drift',
      severity: 'error',
      source: 'finding',
      message: `dist/${path} would be ${change}`,
      hint: '`layers synth` writes dist/ anew.',
    }),
  );
  const all = [
    ...strictly([...diagnostics, ...expiredHolds(root)]),
    ...reversals(root, files),
    ...stale,
    ...(online?.unanswered ?? []),
  ];
  return { diagnostics: strict ? all.map(asError) : all, silenced };
}
