import type { Diagnostic, Origin } from '../diagnostics.ts';
import type { Claim } from '../steps/step.ts';

/** A claim, and where it was written. */
export interface PlacedClaim extends Omit<Claim, 'at'> {
  readonly origin: Origin;
}

type Verb = Claim['verb'];

interface Rule {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: (name: string) => string;
  readonly hint: string;
}

/** What two claims on one name mean, the earlier one first. Pairs that are not here go together. */
const RULES: Partial<Record<`${Verb} ${Verb}`, Rule>> = {
  'writes writes': {
    code: 'path-twice',
    severity: 'error',
    message: (name) => `${name} is written twice, and the first one would be lost`,
    hint: 'Leave one of them out, or give each a file of its own, such as a drop-in.',
  },
  'labels labels': {
    code: 'label-twice',
    severity: 'error',
    message: (name) => `the label ${name} is set twice, and the first one would be lost`,
    hint: 'Leave one of them out.',
  },
  'installs installs': {
    code: 'package-twice',
    severity: 'warning',
    message: (name) => `${name} is installed twice`,
    hint: 'The second one does nothing: leave it out.',
  },
  'brings brings': {
    code: 'rpm-conflict',
    severity: 'error',
    message: (name) => `${name} is given as an RPM twice, and only one build of it can be installed`,
    hint: 'Keep the one that is meant.',
  },
  'brings installs': {
    code: 'package-replaced',
    severity: 'error',
    message: (name) =>
      `${name} is given as an RPM, and then installed from a repository, which may have another build`,
    hint: 'Keep the one that is meant.',
  },
  'installs brings': {
    code: 'package-replaced',
    severity: 'error',
    message: (name) => `${name} is installed from a repository, and then given as an RPM`,
    hint: 'Keep the one that is meant.',
  },
  'installs removes': {
    code: 'installed-and-removed',
    severity: 'error',
    message: (name) => `${name} is installed and then removed`,
    hint: 'Keep the one that is meant.',
  },
  'brings removes': {
    code: 'installed-and-removed',
    severity: 'error',
    message: (name) => `${name} is installed and then removed`,
    hint: 'Keep the one that is meant.',
  },
  'removes installs': {
    code: 'installed-and-removed',
    severity: 'error',
    message: (name) => `${name} is removed and then installed`,
    hint: 'Keep the one that is meant.',
  },
  'removes brings': {
    code: 'installed-and-removed',
    severity: 'error',
    message: (name) => `${name} is removed and then installed`,
    hint: 'Keep the one that is meant.',
  },
};

/** What the earlier claim does, at its place. */
const HERE: Record<Verb, string> = {
  installs: 'it is installed here',
  brings: 'it is given here',
  removes: 'it is removed here',
  writes: 'it is written here',
  labels: 'it is set here',
};

/** Claims that contradict each other, each with both places. */
export function findConflicts(claims: readonly PlacedClaim[]): Diagnostic[] {
  const byName = new Map<string, PlacedClaim[]>();
  return claims.flatMap((claim) => {
    const earlier = byName.get(claim.name) ?? [];
    byName.set(claim.name, [...earlier, claim]);
    const before = earlier.find(({ verb }) => ruleFor(verb, claim) !== undefined);
    if (before === undefined) return [];
    const { code, severity, message, hint } = ruleFor(before.verb, claim)!;
    return {
      code,
      severity,
      source: severity === 'error' ? 'input' : 'finding',
      message: message(claim.name),
      hint,
      origin: claim.origin,
      related: [{ message: HERE[before.verb], origin: before.origin }],
    };
  });
}

function ruleFor(before: Verb, { verb }: PlacedClaim): Rule | undefined {
  return RULES[`${before} ${verb}`];
}
