import type { FailureKind } from './failure.ts';

export const wrongDigest: FailureKind = {
  code: 'wrong-digest',
  phases: ['pull', 'push'],
  isTransient: false,
  patterns: [
    /Digest did not match, expected (?<expected>sha256:[0-9a-f]+), got (?<actual>sha256:[0-9a-f]+)/,
    /digest (?<actual>sha256:[0-9a-f]+) does not match expected (?<expected>sha256:[0-9a-f]+)/,
    /manifest does not match (?:provided )?(?:manifest )?digest (?<expected>sha256:[0-9a-f]+)|digest mismatch/,
  ],
  explain: ({ groups: { expected, actual } = {} }, { image = 'an image' }) => ({
    what: `what came of ${image} is not what its digest says (${[expected, actual].filter(Boolean).join(', not ') || 'another sum'})`,
    hint: 'The registry, or something between it and this machine, changed the content. Do not use the image before it is known what.',
  }),
};
