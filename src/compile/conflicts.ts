import type { Diagnostic, Origin } from '../diagnostics.ts';
import type { Claim } from '../steps/step.ts';
import { usrMerged } from '../values/paths.ts';
import { packageOf } from '../values/rpm.ts';

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

function ofUnit(both: string): Rule {
  return {
    code: 'unit-contradiction',
    severity: 'error',
    message: (name) => `${name} is ${both}`,
    hint: 'Keep the one that is meant.',
  };
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
  'enables disables': ofUnit('enabled and then disabled'),
  'disables enables': ofUnit('disabled and then enabled'),
  'enables masks': ofUnit('enabled and then masked'),
  'masks enables': ofUnit('masked and then enabled'),
};

/** What the earlier claim does, at its place. */
const HERE: Record<Verb, string> = {
  installs: 'it is installed here',
  brings: 'it is given here',
  removes: 'it is removed here',
  writes: 'it is written here',
  labels: 'it is set here',
  enables: 'it is enabled here',
  disables: 'it is disabled here',
  masks: 'it is masked here',
};

/** Claims that contradict each other, each with both places. */
export function findConflicts(claims: readonly PlacedClaim[]): Diagnostic[] {
  const byThing = new Map<string, PlacedClaim[]>();
  return claims.flatMap((claim) => {
    const thing = thingOf(claim);
    const earlier = byThing.get(thing) ?? [];
    byThing.set(thing, [...earlier, claim]);
    const before = earlier.find((other) => ruleFor(other, claim) !== undefined);
    if (before === undefined) return [];
    const { code, severity, message, hint } = ruleFor(before, claim)!;
    const spelling = before.name === claim.name ? '' : `, as ${before.name}`;
    return {
      code,
      severity,
      source: severity === 'error' ? 'input' : 'finding',
      message: message(claim.name),
      hint,
      origin: claim.origin,
      related: [{ message: `${HERE[before.verb]}${spelling}`, origin: before.origin }],
    };
  });
}

/** What a name stands for: `/bin/a` is /usr/bin/a, and `chrony.x86_64` is chrony. */
function thingOf({ verb, name }: PlacedClaim): string {
  if (verb === 'writes') return usrMerged(name);
  return verb === 'installs' || verb === 'removes' ? packageOf(name).name : name;
}

function ruleFor(before: PlacedClaim, { verb, name }: PlacedClaim): Rule | undefined {
  // Two builds by their versions are meant, as those of kernel-devel, which are there side by side.
  if (before.verb === 'installs' && verb === 'installs') {
    const versions = [before.name, name].map((spec) => packageOf(spec).version);
    if (!versions.includes(undefined) && versions[0] !== versions[1]) return undefined;
  }
  return RULES[`${before.verb} ${verb}`];
}
