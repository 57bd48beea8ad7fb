/** The known name that a misspelt one is nearest to, else all of them. */
export function suggest(key: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  return nearest(key, known) ?? `Known are: ${known.join(', ')}.`;
}

/** The known name that a misspelt one is nearest to, where one is near. */
export function nearest(text: string, known: readonly string[]): string | undefined {
  const [first] = known
    .map((name) => ({ name, distance: distance(text.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  if (first === undefined || first.distance > Math.max(1, Math.floor(text.length / 3))) return undefined;
  return `Did you mean ${first.name}?`;
}

/** How many letters to add, drop, change or swap with their neighbour. */
function distance(a: string, b: string): number {
  let previous: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        next[j] = Math.min(next[j]!, previous[j - 2]! + 1);
      }
    }
    previous = row;
    row = next;
  }
  return row[b.length]!;
}
