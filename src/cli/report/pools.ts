import type { PoolResult } from '../../build/events.ts';
import type { LeftOut } from '../../build/left-out.ts';
import { describeHold } from '../../spec/lock.ts';

/** A line a pool: what became of it, and its image. */
export function resultTable(pools: readonly PoolResult[]): string {
  return columns(pools.map((result) => [result.pool, result.result, imageOf(result)]));
}

function imageOf({ result, by, leader, hold, image, digest, pushed, leftOut = [] }: PoolResult): string {
  if (result === 'failed' || result === 'not tried') return '';
  if (hold !== undefined) return describeHold(hold);
  if (digest !== undefined) return pushed ? `${image}@${digest}` : `${digest} (not pushed)`;
  if (by === 'follows') return `follows ${leader}`;
  if (result === 'preflight ok') return `built by the cluster; not tried: ${partsOf(leftOut)}`;
  if (leftOut.length > 0) return `built by the cluster; not tried without ${partsOf(leftOut)}`;
  return by === 'cluster' ? 'built by the cluster' : 'built by its Job';
}

function partsOf(leftOut: readonly LeftOut[]): string {
  return leftOut.map(({ part }) => part).join(', ') || 'nothing';
}

/** Rows with their cells below each other. */
export function columns(rows: readonly (readonly string[])[]): string {
  const last = Math.max(0, ...rows.map((row) => row.length)) - 1;
  const widths = Array.from({ length: last }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
