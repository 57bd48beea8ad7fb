import type { FailureKind } from './failure.ts';

export const olderThanBase: FailureKind = {
  code: 'hotfix-older-than-base',
  phases: ['step'],
  isTransient: false,
  patterns: [/^\s*package (?<base>\S+) \(which is newer than (?<hotfix>\S+)\) is already installed/],
  explain({ groups: { base, hotfix } = {} }) {
    return {
      what: `the base has ${base} already, which is newer than ${hotfix}`,
      hint: 'The base may have the fix: see its changelog for the ticket, and remove the hotfix. If it is to be the older one, say so by a `run` step.',
      subject: `${hotfix}.rpm`,
    };
  },
};
