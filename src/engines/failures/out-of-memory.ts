import type { FailureKind } from './failure.ts';

export const outOfMemory: FailureKind = {
  code: 'killed',
  phases: ['pull', 'step', 'push', 'store'],
  isTransient: false,
  source: 'build',
  patterns: [
    /(?<reason>exit status 137|signal: killed|exited on killed|exited with status 137)$/,
    /(?<reason>Cannot allocate memory|cannot allocate memory|[Oo]ut of memory|std::bad_alloc|MemoryError)/,
  ],
  explain: ({ groups: { reason } = {} }) => ({
    what: `a program was killed or had no memory left (${reason})`,
    hint: 'See whether it was the kernel: `dmesg | grep -i oom`. Give the machine or the CI job more memory, or build fewer at once: --jobs 1.',
  }),
};
