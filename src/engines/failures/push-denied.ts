import type { FailureKind } from './failure.ts';
import { REFUSED } from './registries.ts';

export const pushDenied: FailureKind = {
  code: 'push-denied',
  phases: ['push'],
  isTransient: false,
  patterns: REFUSED,
  explain(_, { image = 'the image' }) {
    const registry = image.split('/')[0]!;
    return {
      what: `${registry} refused to take ${image}`,
      hint: `Check that the account may push there: \`podman login ${registry}\` or \`buildah login ${registry}\` stores credentials, and --authfile <file> names others.`,
    };
  },
};
