import type { TextDiff } from './model.ts';

const CONTEXT = 3;
const NO_NEWLINE = '\\ No newline at end of file';

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Two texts as `git diff` and patch know them; undefined where they are equal. No text is an empty file. */
export function unifiedDiff(name: string, before = '', after = ''): TextDiff | undefined {
  if (before === after) return undefined;
  const lines = compareLines(linesOf(before), linesOf(after));
  const changed = lines.flatMap(({ mark }, index) => (mark === ' ' ? [] : [index]));
  const hunks: [start: number, end: number][] = [];
  for (const index of changed) {
    const [start, end] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  const head = [
    `--- ${before === '' ? '/dev/null' : `a/${name}`}`,
    `+++ ${after === '' ? '/dev/null' : `b/${name}`}`,
  ];
  const body = hunks.flatMap(([start, end]) => printHunk(lines, start, end));
  const count = (mark: Line['mark']) => lines.filter((line) => line.mark === mark).length;
  return { name, diff: `${[...head, ...body].join('\n')}\n`, added: count('+'), removed: count('-') };
}

/** Each with its end, which the last one may lack. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function printHunk(lines: readonly Line[], start: number, end: number): string[] {
  const upTo = (index: number, mark: '-' | '+') =>
    lines.slice(0, index).filter((line) => line.mark === ' ' || line.mark === mark).length;
  const range = (mark: '-' | '+') => {
    const [first, last] = [upTo(start, mark), upTo(end, mark)];
    const length = last - first;
    // Of no lines, the range names the line before.
    return `${length === 0 ? first : first + 1}${length === 1 ? '' : `,${length}`}`;
  };
  return [
    `@@ -${range('-')} +${range('+')} @@`,
    ...lines.slice(start, end).flatMap(({ mark, text }) => {
      const line = `${mark}${text.replace(/\n$/, '')}`;
      return text.endsWith('\n') ? [line] : [line, NO_NEWLINE];
    }),
  ];
}

/** Beyond so many differences nobody reads them, and to find the fewest takes their square in memory. */
const MOST_EDITS = 4_000;

/** Myers' shortest edit script: https://doi.org/10.1007/BF01840446 */
function compareLines(before: readonly string[], after: readonly string[]): Line[] {
  const [n, m] = [before.length, after.length];
  const offset = n + m + 1;
  const furthest = new Int32Array(2 * offset + 1);
  /** What was known before each step, of the diagonals that the step looks at. */
  const known: Int32Array[] = [];
  search: for (let d = 0; d <= n + m; d++) {
    if (d > MOST_EDITS) return replaced(before, after);
    known.push(furthest.slice(offset - d - 1, offset + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const [below, above] = [furthest[offset + k - 1]!, furthest[offset + k + 1]!];
      let x = k === -d || (k !== d && below < above) ? above : below + 1;
      while (x < n && x - k < m && before[x] === after[x - k]) x++;
      furthest[offset + k] = x;
      if (x >= n && x - k >= m) break search;
    }
  }
  return traced(before, after, known);
}

/** From the end of both texts back to their start, by what was known at each step. */
function traced(before: readonly string[], after: readonly string[], known: readonly Int32Array[]): Line[] {
  const lines: Line[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = known.length - 1; d >= 0; d--) {
    const at = (k: number) => known[d]![k + d + 1]!;
    const k = x - y;
    const isAdded = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const from = d === 0 ? 0 : at(isAdded ? k + 1 : k - 1);
    const fromY = d === 0 ? 0 : from - (isAdded ? k + 1 : k - 1);
    while (x > from && y > fromY) {
      lines.push({ mark: ' ', text: before[--x]! });
      y--;
    }
    if (d === 0) break;
    lines.push(isAdded ? { mark: '+', text: after[--y]! } : { mark: '-', text: before[--x]! });
  }
  return lines.reverse();
}

function replaced(before: readonly string[], after: readonly string[]): Line[] {
  return [
    ...before.map((text) => ({ mark: '-' as const, text })),
    ...after.map((text) => ({ mark: '+' as const, text })),
  ];
}
