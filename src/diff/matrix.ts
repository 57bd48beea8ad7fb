import { type BuildPlan, type PoolBuild, parseJson } from '../plan/plan.ts';
import type { Files } from './files.ts';
import { partsOf } from './layers.ts';
import type { Cell, Matrix, PoolDiff } from './model.ts';

import { type PoolState, partsIn, textOf } from './state.ts';

interface Pair {
  readonly pool: string;
  readonly before?: PoolState | undefined;
  readonly after?: PoolState | undefined;
}

/** Which pool has which layer, and what became of it. */
export function matrixOf(
  all: readonly string[],
  pools: readonly PoolDiff[],
  pairs: readonly Pair[],
  dist: Files,
): Matrix {
  const diffs = new Map(pools.map((diff) => [diff.pool, diff]));
  const changed = new Map(pairs.map((pair) => [pair.pool, pair]));
  const rows = all.map((pool) => {
    const diff = diffs.get(pool);
    const pair = changed.get(pool);
    const cells = pair === undefined ? unchangedCells(dist, pool) : changedCells(pair, diff);
    return { pool, change: diff?.change ?? ('same' as const), cells };
  });
  // In the order in which pools have them.
  const layers = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  return {
    layers,
    rows: rows.map(({ cells, ...row }) => ({ ...row, cells: layers.map((layer) => cells.get(layer)) })),
  };
}

function changedCells({ before, after }: Pair, diff: PoolDiff | undefined): Map<string, Cell> {
  const [from, to] = [
    before && partsOf(before.made, after?.made),
    after && partsOf(after.made, before?.made),
  ];
  if (from === undefined || to === undefined) {
    const cell = to === undefined ? 'removed' : 'added';
    return new Map([...(to ?? from)!.layers.keys()].map((layer) => [layer, cell]));
  }
  const reasons = new Map(
    diff?.reasons.flatMap(({ kind, layer }) =>
      layer === undefined ? [] : [[layer, kind.slice('layer-'.length) as Cell]],
    ),
  );
  return new Map(
    [...to.layers.keys(), ...from.layers.keys()].map((layer) => [layer, reasons.get(layer) ?? 'same']),
  );
}

function unchangedCells(dist: Files, pool: string): Map<string, Cell> {
  const { build, preflight } = parseJson<PoolBuild>(textOf(dist, `${pool}.build`), `dist/${pool}.build`);
  const [hash = build] = partsIn(dist, build ?? '');
  const file = `builds/${hash}/plan`;
  const { stages = [], steps }: Pick<BuildPlan, 'stages' | 'steps'> =
    preflight ?? parseJson<BuildPlan>(textOf(dist, file), `dist/${file}`);
  const all = [...stages.flatMap((stage) => stage.steps), ...steps];
  return new Map(
    all.flatMap((step) => {
      const layer = /^(.+): \S+$/.exec(step)?.[1];
      return layer === undefined ? [] : [[layer, 'same' as const]];
    }),
  );
}
