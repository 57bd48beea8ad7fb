import type { FailureKind } from './failure.ts';
import { REFUSED } from './registries.ts';

export const pullDenied: FailureKind = {
  code: 'pull-denied',
  phases: ['pull'],
  isTransient: false,
  patterns: REFUSED,
  explain(_, { image = 'the base' }) {
    const registry = image.split('/')[0]!;
    return {
      what: `${registry} refused to give ${image}`,
      hint: `Log in: \`podman login ${registry}\`, or name credentials: --authfile <file>. Those of a cluster: \`oc -n openshift-config extract secret/pull-secret --to=-\`.`,
    };
  },
};
