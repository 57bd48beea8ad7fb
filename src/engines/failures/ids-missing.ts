import type { FailureKind } from './failure.ts';

export const idsMissing: FailureKind = {
  code: 'ids-missing',
  phases: ['pull', 'step', 'store'],
  isTransient: false,
  source: 'build',
  patterns: [/potentially insufficient UIDs or GIDs/],
  explain: () => ({
    what: 'this user has too few ids for the files of an OS image, which are of many users',
    hint: 'Give it a range in /etc/subuid and /etc/subgid (`usermod --add-subuids 100000-165535 --add-subgids 100000-165535 <user>`), which newuidmap has to be allowed to use, then `podman system migrate`; or build as root. See docs/engines.md.',
  }),
};
