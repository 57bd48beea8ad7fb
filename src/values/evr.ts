/** What orders the builds of a package. */
export interface Evr {
  /** 0 where a package has none. */
  readonly epoch: number;
  readonly version: string;
  readonly release: string;
}

/** Below 0 where `a` is older, above where it is newer, as rpm sees it. */
export function compareEvr(a: Evr, b: Evr): number {
  return (
    Math.sign(a.epoch - b.epoch) ||
    compareVersions(a.version, b.version) ||
    compareVersions(a.release, b.release)
  );
}

/** `1:252-46.el9_4`; an epoch of 0 is not written. */
export function formatEvr({ epoch, version, release }: Evr): string {
  return `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`;
}

/** Runs of digits and runs of letters, and the two marks that have an order of their own. */
const SEGMENTS = /[0-9]+|[A-Za-z]+|~|\^/g;

/**
 * rpm's order of versions: segment by segment, numbers as numbers, a number after letters, `~` before the end of the
 * other one and `^` after it, but before any other segment. Everything else only separates.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = a.match(SEGMENTS) ?? [];
  const right = b.match(SEGMENTS) ?? [];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const order = compareSegments(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegments(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === '~' || b === '~') return a === '~' ? -1 : 1;
  if (a === '^' || b === '^') {
    // After the end, and before what goes on.
    if (a === '^') return b === undefined ? 1 : -1;
    return a === undefined ? -1 : 1;
  }
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  const [aIsNumber, bIsNumber] = [/^[0-9]/.test(a), /^[0-9]/.test(b)];
  if (aIsNumber !== bIsNumber) return aIsNumber ? 1 : -1;
  if (!aIsNumber) return a < b ? -1 : 1;
  const [x, y] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  return x === y ? 0 : x < y ? -1 : 1;
}
