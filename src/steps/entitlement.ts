import * as z from 'zod';
import { command } from '../containerfile/instruction.ts';
import { ENTITLEMENT_SECRET } from '../values/build-secret.ts';
import { secretName } from '../values/names.ts';
import { defineStep } from './step.ts';

export const entitlement = defineStep({
  name: 'entitlement',
  summary: "Makes RHEL's packages installable, by a subscription's certificates that enter no layer.",
  schema: z.strictObject({
    secret: secretName
      .optional()
      .describe(
        `For \`build: job\`: a Secret in the Job's namespace that holds the certificates. Default: \`${ENTITLEMENT_SECRET}\`, which is rendered as a copy of the cluster's own.`,
      ),
  }),
  examples: [
    { title: "The host's certificates, or a copy of the cluster's", props: {} },
    { title: 'A Secret of your own, for a Job', props: { secret: 'rhel-entitlement' } },
  ],
  render({ secret = ENTITLEMENT_SECRET }, context) {
    if (!context.hasContext) {
      // From 4.18 on, the first release that can have such a pool, the operator does it:
      // github.com/openshift/machine-config-operator, pkg/operator/sync.go, reconcileSimpleContentAccessSecrets
      const isOwn = secret !== ENTITLEMENT_SECRET;
      const nothing = `nothing is rendered${isOwn ? `, and the Secret ${secret} is ignored` : ''}`;
      context.report({
        code: 'entitlement-by-operator',
        severity: 'info',
        message: `${nothing}: the operator mounts the cluster's entitlement into this pool's builds`,
        hint: `It copies the Secret ${ENTITLEMENT_SECRET} of openshift-config-managed for every such pool. Without it, builds have none: \`oc -n openshift-config-managed get secret ${ENTITLEMENT_SECRET}\`.`,
        ...(isOwn && { path: ['secret'] }),
      });
      // For those who try the cluster's build.
      return { instructions: [], secrets: [{ name: ENTITLEMENT_SECRET, type: 'entitlement', at: [] }] };
    }
    return {
      instructions: [],
      secrets: [{ name: secret, type: 'entitlement', at: secret === ENTITLEMENT_SECRET ? [] : ['secret'] }],
      // The certificates make dnf write it. On nodes without them, its repositories would only fail.
      finally: [command('rm -f /etc/yum.repos.d/redhat.repo')],
    };
  },
});
