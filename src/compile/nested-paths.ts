import type { Diagnostic } from '../diagnostics.ts';
import { usrMerged } from '../values/paths.ts';
import type { PlacedClaim } from './conflicts.ts';

/** Paths below what is a file itself: no image can have both. Told once for each file. */
export function findNestedPaths(claims: readonly PlacedClaim[]): Diagnostic[] {
  const files = new Map<string, PlacedClaim>();
  const below = new Map<string, PlacedClaim>();
  const told = new Set<string>();
  return claims.flatMap((claim) => {
    if (claim.verb !== 'writes') return [];
    const path = usrMerged(claim.name);
    const parents = parentsOf(path);
    const file = parents.map((parent) => files.get(parent)).find((found) => found !== undefined);
    const member = claim.mayBeFolder ? undefined : below.get(path);
    if (!claim.mayBeFolder) files.set(path, claim);
    for (const parent of parents) if (!below.has(parent)) below.set(parent, claim);
    if (file !== undefined) return nested(file, claim, file, claim, told);
    return member === undefined ? [] : nested(claim, member, member, claim, told);
  });
}

function nested(
  file: PlacedClaim,
  member: PlacedClaim,
  earlier: PlacedClaim,
  later: PlacedClaim,
  told: Set<string>,
): Diagnostic[] {
  if (told.has(file.name)) return [];
  told.add(file.name);
  return [
    {
      code: 'path-below-file',
      severity: 'error',
      source: 'input',
      message: `${file.name} is a file, and ${member.name} would be in it`,
      hint: 'Give one of them another path.',
      origin: later.origin,
      related: [{ message: 'it is written here', origin: earlier.origin }],
    },
  ];
}

/** `/etc/x/y` is in /etc/x and /etc. */
function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
