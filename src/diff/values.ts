import { formatPath } from '../diagnostics.ts';
import type { Edit } from './model.ts';

type Path = readonly (string | number)[];

/** Where two values differ, as deep as they can be told apart, in the order of their keys. */
export function compareValues(before: unknown, after: unknown, path: Path = []): Edit[] {
  if (isEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (isMapping(before) && isMapping(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => compareValues(before[key], after[key], [...path, key]));
  }
  return [
    {
      path: formatPath(path),
      ...(before !== undefined && { from: printed(before) }),
      ...(after !== undefined && { to: printed(after) }),
    },
  ];
}

/** Entries that both have are left out, as in the diff of a text; of the others, what took another's place is compared with it. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: Path): Edit[] {
  const common = commonEntries(before.map(keyOf), after.map(keyOf));
  const edits: Edit[] = [];
  let [left, right] = [0, 0];
  for (const [nextLeft, nextRight] of [...common, [before.length, after.length] as const]) {
    while (left < nextLeft || right < nextRight) {
      const at = [...path, right < nextRight ? right : left];
      const one = left < nextLeft ? before[left++] : undefined;
      const other = right < nextRight ? after[right++] : undefined;
      edits.push(...compareValues(one, other, at));
    }
    left += 1;
    right += 1;
  }
  return edits;
}

/** A longest list of places with equal entries, by dynamic programming: lists that people write are short. */
export function commonEntries(
  before: readonly string[],
  after: readonly string[],
): (readonly [number, number])[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint32Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i]![j] =
        before[i] === after[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const pairs: (readonly [number, number])[] = [];
  for (let [i, j] = [0, 0]; i < before.length && j < after.length; ) {
    if (before[i] === after[j]) pairs.push([i++, j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return pairs;
}

export function isEqual(a: unknown, b: unknown): boolean {
  return a === b || keyOf(a) === keyOf(b);
}

function keyOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
