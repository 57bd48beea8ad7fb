import type { FailureKind } from './failure.ts';

export const diskFull: FailureKind = {
  code: 'disk-full',
  phases: ['pull', 'step', 'push', 'store'],
  isTransient: false,
  source: 'build',
  patterns: [
    /(?<reason>[Nn]o space left on device|Disk quota exceeded)/,
    /(?<reason>At least \S+ more space needed on the \S+ filesystem)/,
    /(?<reason>needs \S+ more space on the \S+ filesystem)/,
    /(?<reason>^Insufficient space in download directory .*)/,
  ],
  explain: ({ groups: { reason } = {} }) => ({
    what: `the disk is full (${reason})`,
    hint: 'Make room where the engine keeps images (`buildah info` or `podman info`, graphRoot) and below .layers/tmp: `podman image prune`, or `buildah rmi --prune`.',
  }),
};
