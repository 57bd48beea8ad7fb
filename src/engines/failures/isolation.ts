import type { FailureKind } from './failure.ts';

export const isolation: FailureKind = {
  code: 'isolation-failed',
  phases: ['pull', 'step'],
  isTransient: false,
  source: 'build',
  patterns: [
    /error running container: from \S+ creating container for .*\]: (?<why>.+)/,
    /did not get container (?:create|start) message from (?:subprocess|parent)/,
    /unrecognized isolation type "(?<type>[^"]*)"/,
  ],
  explain({ groups: { why, type } = {} }) {
    if (type !== undefined) {
      return { what: `$BUILDAH_ISOLATION is ${type}`, hint: 'It takes oci, rootless or chroot.' };
    }
    return {
      what: `no container can be made here for an instruction${why ? ` (${why})` : ''}`,
      hint: 'Inside containers, and where cgroups are in hybrid mode, BUILDAH_ISOLATION=chroot works. See docs/engines.md.',
    };
  },
};
