import { defineCheck } from './check.ts';
import { DIGEST } from './examples.ts';
import { factsOf, poolYaml } from './online/example.ts';
import { osOf } from './online/os.ts';

const OS_IMAGE = `sha256:${'a1b2c3d4'.repeat(8)}`;
const RELEASE = `kind: Release
name: "4.19.9"
amd64: { rhel-coreos: quay.io/openshift-release-dev/ocp-v4.0-art-dev@${OS_IMAGE} }
---
`;
const build = (date: string) => ({ 'openshift-kubelet': `4.19.0-${date}.p0.el9` });

export const baseNewerThanRelease = defineCheck({
  code: 'base-newer-than-release',
  severity: 'error',
  summary: "A pool's `base` has a newer kubelet than the release that its cluster runs.",
  why: 'A kubelet must not be newer than the API server that it talks to: nodes may fail to join, or run pods in ways that nobody tested. The cluster is upgraded first.',
  online: {
    example: {
      bad: RELEASE + poolYaml(undefined, '4.19.9'),
      good: RELEASE + poolYaml('', '4.19.9'),
      facts: {
        missing: new Set(),
        packages: new Map([
          ...factsOf(build('202509010000'), DIGEST).packages,
          ...factsOf(build('202508010000'), OS_IMAGE).packages,
        ]),
      },
    },
    find({ pool, facts }, report) {
      const os = osOf(pool, facts);
      if (!os?.isAhead) return;
      report({
        message: `the base is newer than the OS image of ${pool.release}: its ${os.difference!.package} is ${os.difference!.own}, and not ${os.difference!.other}`,
        hint: 'Nodes must not be newer than their cluster: upgrade the cluster first, or leave base out.',
        origin: os.origin,
      });
    },
  },
});
