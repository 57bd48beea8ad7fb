import type { FailureKind } from './failure.ts';

export const fuseDenied: FailureKind = {
  code: 'fuse-denied',
  phases: ['pull', 'step', 'store'],
  isTransient: false,
  source: 'build',
  patterns: [/fuse: (?:failed to open \/dev\/fuse|device not found)[^\n]*/],
  explain: ([text]) => ({
    what: `fuse-overlayfs cannot mount a layer (${text})`,
    hint: 'Let this user open /dev/fuse, take `mount_program` out of storage.conf where the kernel is 5.13 or newer, or set STORAGE_DRIVER=vfs, which is slow and big.',
  }),
};
