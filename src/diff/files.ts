/** Files by their paths. */
export type Files = ReadonlyMap<string, string | Uint8Array>;

export function sameBytes(before: Files, after: Files): boolean {
  return (
    before.size === after.size &&
    [...before].every(([path, content]) => after.has(path) && equal(content, after.get(path)!))
  );
}

/** The files that the other side does not have in the same way. */
export function differing(files: Files, others: Files): Files {
  return new Map(
    [...files].filter(([path, content]) => !others.has(path) || !equal(content, others.get(path)!)),
  );
}

function equal(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return a === b || Buffer.from(a).equals(Buffer.from(b));
}
