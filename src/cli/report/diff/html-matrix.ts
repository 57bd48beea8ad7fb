import type { Cell, Diff, Matrix, PoolDiff } from '../../../diff/model.ts';
import { badge, idOf, quoted } from './html-quote.ts';
import { count, nodesText } from './words.ts';

const SIGNS: Readonly<Record<NonNullable<Cell>, string>> = {
  added: '+ added',
  removed: '− removed',
  edited: '✎ edited',
  moved: '↕ moved',
  same: '●',
};

/** Pools down, layers across: who has what, and what became of it. Pools that are the same are folded. */
export function matrixSection({ matrix, pools }: Diff): string {
  const changed = matrix.rows.filter(({ change }) => change !== 'same');
  const same = matrix.rows.filter(({ change }) => change === 'same');
  const diffs = new Map(pools.map((pool) => [pool.pool, pool]));
  return [
    '<section aria-labelledby="matrix"><h2 id="matrix">Pools and layers</h2>',
    changed.length > 0 ? table('Pools that are affected', matrix.layers, changed, diffs) : '',
    same.length > 0
      ? `<details class="plain"${changed.length === 0 ? ' open' : ''}><summary>${count(same.length, 'pool')} unchanged</summary>${table('Pools that do not change', matrix.layers, same, diffs)}</details>`
      : '',
    `<ul class="legend" aria-label="What the cells say"><li><span class="has">●</span> has the layer, as before</li><li>${badge('added', SIGNS.added)}</li><li>${badge('edited', SIGNS.edited)} it reads otherwise</li><li>${badge('moved', SIGNS.moved)} in the order</li><li>${badge('removed', SIGNS.removed)}</li></ul>`,
    '</section>',
  ].join('\n');
}

function table(
  caption: string,
  layers: readonly string[],
  rows: Matrix['rows'],
  diffs: ReadonlyMap<string, PoolDiff>,
): string {
  // A layer that none of these has needs no column.
  const columns = layers.map((_, index) => index).filter((index) => rows.some(({ cells }) => cells[index]));
  const head = columns.map((index) => `<th scope="col">${quoted(layers[index]!)}</th>`).join('');
  const body = rows.map((row) => {
    const diff = diffs.get(row.pool);
    const name = quoted(row.pool);
    const pool = diff === undefined ? name : `<a href="#${idOf('pool', row.pool)}">${name}</a>`;
    const nodes = diff === undefined ? '' : `<td>${effectBadges(diff)}</td>`;
    return `<tr><th scope="row">${pool}</th>${nodes}${columns.map((index) => cell(row.cells[index] ?? undefined)).join('')}</tr>`;
  });
  const hasNodes = rows.some(({ change }) => change !== 'same');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${quoted(caption)}, by layer"><table class="matrix"><caption>${quoted(caption)}</caption><thead><tr><th scope="col">Pool</th>${hasNodes ? '<th scope="col">Nodes</th>' : ''}${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

function cell(cell: Cell): string {
  if (cell === undefined) return '<td><span class="hidden">does not have it</span></td>';
  if (cell === 'same')
    return '<td><span class="has" aria-hidden="true">●</span><span class="hidden">has it</span></td>';
  return `<td>${badge(cell, SIGNS[cell])}</td>`;
}

export function effectBadges({ effect }: PoolDiff): string {
  const name = effect.waitsFor === 'pin' ? 'wait' : effect.nodes;
  return `${badge(name, nodesText(effect))}${effect.reverts ? ` ${badge('reverts', 'REVERTS NODES')}` : ''}`;
}
