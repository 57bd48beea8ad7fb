import { below } from '../diagnostics.ts';
import { defineCheck } from './check.ts';
import { stepsOf } from './steps-of.ts';

const pool = (settings: string) => `kind: Layer
name: htop
steps:
  - epel: { el: "9", packages: [htop], keep: true }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [htop]
build:
  job:
    namespace: os-builds
    builder: registry.example.com/tools/buildah:1.39
    pushSecret: os-push
${settings}target:
  machineConfig: { image: registry.example.com/os/worker }
`;

export const repositoryLost = defineCheck({
  code: 'repository-lost',
  severity: 'warning',
  summary: "A repository is kept, and the Job's own ones hide the folder that it is kept in.",
  why: 'While instructions run, the ConfigMap is mounted on /etc/yum.repos.d: what they put there works for the build, goes with the mount, and is not in the image.',
  pool: {
    bad: pool('    yumRepositories: mirrors\n'),
    good: pool('    registries: mirrors\n'),
    find(pool, report) {
      if (pool.job?.yumRepositories === undefined) return;
      for (const { props, origin } of stepsOf(pool)) {
        if ((props as { keep?: unknown }).keep !== true) continue;
        report({
          message: `this repository will not be in the image: ${pool.job.yumRepositories} is mounted over it`,
          hint: 'Put it into a `files` step after the packages, leave keep out, or leave yumRepositories out.',
          origin: below(origin, ['keep']),
        });
      }
    },
  },
});
