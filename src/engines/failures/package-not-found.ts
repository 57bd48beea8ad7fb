import type { FailureKind } from './failure.ts';

export const packageNotFound: FailureKind = {
  code: 'package-not-found',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // dnf 4 and 5
    /^(?:Error: )?(?:No match for argument|Unable to find a match): (?<name>\S+)/,
    // rpm-ostree
    /^error: Packages not found: (?<name>[^\s,]+)/,
    // microdnf
    /^error: No package matches '(?<name>[^']+)'/,
    /nothing provides (?<need>.+?) needed by (?<by>\S+)/,
    /^(?:Error: )?There are no enabled (?:repositories|repos)\b/,
  ],
  explain({ groups: { name, need, by } = {} }, { isEntitled }) {
    const subscription = isEntitled
      ? ''
      : " RHEL's own packages need the step `entitlement` before it, and EPEL's the step `epel`.";
    if (need !== undefined) {
      return {
        what: `no repository has ${need}, which ${by} needs`,
        hint: `Add the package that provides it to the same step, or its repository by a step before it.${subscription}`,
        subject: by!.replace(/-[^-]+-[^-]+$/, ''),
      };
    }
    if (name === undefined) {
      return {
        what: 'the image has no enabled repository',
        hint: `Add one by the step \`repository\`.${subscription}`,
      };
    }
    return {
      what: `no enabled repository has the package ${name}`,
      hint: `Check its spelling, and that a step before it adds the repository that has it.${subscription}`,
      subject: name,
    };
  },
};
