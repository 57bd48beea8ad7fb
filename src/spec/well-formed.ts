/** The path of a text that no UTF-8 can say, because half of a surrogate pair is missing. Every later stage relies on there being none. */
export function findIllFormed(
  data: unknown,
  path: readonly (string | number)[] = [],
): readonly (string | number)[] | undefined {
  if (typeof data === 'string') return /\p{Surrogate}/u.test(data) ? path : undefined;
  if (typeof data !== 'object' || data === null) return undefined;
  for (const [key, value] of Object.entries(data)) {
    const found = findIllFormed(value, [...path, Array.isArray(data) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
