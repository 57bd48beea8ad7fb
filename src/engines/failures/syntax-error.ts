import type { FailureKind } from './failure.ts';

export const syntaxError: FailureKind = {
  code: 'syntax-error',
  phases: ['step'],
  isTransient: false,
  patterns: [
    // dash, bash
    /^(?:\/bin\/)?(?:ba|da)?sh: (?:-c: )?(?:line )?\d+: (?<reason>Syntax error: .*)/,
    /^(?:\/bin\/)?(?:ba|da)?sh: (?:-c: )?(?:line \d+: )?(?<reason>syntax error.*|unexpected EOF while looking for matching .*)/,
    // The engines' own parser
    /(?<reason>(?:Unknown|unknown) instruction: \S+)/,
    /(?<reason>(?:dockerfile|Dockerfile|Containerfile) parse error.*)/,
  ],
  explain: ({ groups: { reason } = {} }) => ({
    what: `a command is not written as a shell reads it (${reason})`,
    hint: 'Try it by itself: `sh -nc "<command>"`. A YAML block `|` keeps lines and quotes as they are.',
  }),
};
