import type { PoolResult } from '../../build/events.ts';
import { bytes, duration } from './amounts.ts';
import { columns } from './pools.ts';

const HEAD = ['build', 'pools', 'result', 'digest', 'time', 'cached', 'size'];

/** A line a build, with what is known of it; nothing where nothing was done. */
export function summaryTable(pools: readonly PoolResult[]): string {
  const builds = new Map<string, [PoolResult, ...PoolResult[]]>();
  for (const result of pools) {
    const { build } = result;
    if (build === undefined) continue;
    builds.set(build, [...(builds.get(build) ?? []), result] as [PoolResult, ...PoolResult[]]);
  }
  const all = [...builds.values()];
  if (all.flat().every(isAsBefore)) return '';
  return columns([HEAD, ...all.map(rowOfMade)]);
}

/** What was done for some of the pools: the others had it already. */
function rowOfMade(group: readonly PoolResult[]): string[] {
  const done = group.filter(({ result }) => result !== 'unchanged');
  const told = done.length > 0 ? done : group;
  return rowOf(told[0]!, told);
}

/** Nothing was done, or an on-cluster build was tried before. */
function isAsBefore({ result, seconds }: PoolResult): boolean {
  return result === 'unchanged' || (result === 'preflight ok' && seconds === undefined);
}

function rowOf(
  { build, result, digest, seconds, steps, size }: PoolResult,
  pools: readonly PoolResult[],
): string[] {
  return [
    build?.slice(0, 12) ?? '',
    pools.map(({ pool }) => pool).join(', '),
    result,
    digest?.replace('sha256:', '').slice(0, 12) ?? '-',
    seconds === undefined ? '-' : duration(seconds * 1000),
    steps === undefined ? '-' : `${steps.cached}/${steps.total}`,
    size === undefined ? '-' : bytes(size),
  ];
}
