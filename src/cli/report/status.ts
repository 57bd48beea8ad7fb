import type { PoolStatus } from '../../actions/status.ts';
import { describeHold } from '../../spec/lock.ts';
import type { Paint } from './colors.ts';
import { columns } from './pools.ts';
import { harmless, widthOf } from './terminal.ts';

const BUILDERS = { local: 'layers build', job: 'a Job', cluster: 'the cluster' } as const;

interface Column {
  readonly title: string;
  cell(pool: PoolStatus): string;
}

const COLUMNS: readonly Column[] = [
  { title: 'POOL', cell: ({ pool }) => pool },
  { title: 'PIN', cell: ({ state }) => state },
  { title: 'IMAGE', cell: ({ digest }) => short(digest) },
  { title: 'ORIGIN', cell: ({ origin }) => (origin === 'operator' ? "an operator's" : '') },
  { title: 'RELEASE', cell: ({ release }) => release },
  { title: 'BASE', cell: ({ base, isOfRelease }) => (isOfRelease ? "the release's" : short(base)) },
  { title: 'TARGET', cell: ({ target }) => target },
  { title: 'BUILT BY', cell: ({ by, follows }) => (follows ? 'promotion' : BUILDERS[by]) },
  { title: 'FOLLOWS', cell: ({ follows = '' }) => follows },
  { title: 'HOLD', cell: ({ hold }) => (hold === undefined ? '' : harmless(describeHold(hold))) },
];

/** A table of pools, without the columns that none of them has; a few lines a pool where it would be wider than the terminal. */
export function statusReport(pools: readonly PoolStatus[], width: number | undefined, paint: Paint): string {
  const shown = COLUMNS.filter(
    ({ title, cell }) => title === 'POOL' || pools.some((pool) => cell(pool) !== ''),
  );
  const table = columns([
    shown.map(({ title }) => title),
    ...pools.map((pool) => shown.map(({ cell }) => cell(pool))),
  ]);
  const lines = table.split('\n');
  if (width === undefined || lines.every((line) => widthOf(line) <= width)) {
    return [paint('dim', lines[0]!), ...lines.slice(1)].join('\n');
  }
  return pools.map((pool) => paragraph(pool, shown, width, paint)).join('');
}

/** The pool, and below it what the other columns have, as many on a line as there is room for. */
function paragraph(pool: PoolStatus, shown: readonly Column[], width: number, paint: Paint): string {
  const lines: string[][] = [[]];
  for (const { title, cell } of shown.slice(1)) {
    const text = cell(pool) && `${title.toLowerCase()} ${cell(pool)}`;
    if (text === '') continue;
    const line = lines.at(-1)!;
    if (line.length > 0 && widthOf(`  ${[...line, text].join(', ')},`) > width) lines.push([text]);
    else line.push(text);
  }
  const rows = lines.map((line) => `  ${line.join(', ')}`).join(',\n');
  return `${paint('bold', pool.pool)}\n${rows}\n`;
}

/** Enough of a digest to tell it from the others. */
function short(image: string | undefined): string {
  return image === undefined ? '' : image.slice(image.indexOf('sha256:'), image.indexOf('sha256:') + 19);
}
