import { below } from '../diagnostics.ts';
import { defineCheck } from './check.ts';
import { stepsOf } from './steps-of.ts';

const layer = (more: string) => `kind: Layer
name: htop
steps:
  - epel: { el: "9", packages: [htop]${more} }
`;

export const repositoryKept = defineCheck({
  code: 'repository-kept',
  severity: 'warning',
  summary: 'A repository stays enabled in the image.',
  why: "Nodes then ask it whenever rpm-ostree looks for packages, for extensions or another kernel: the operator's own changes fail where the repository cannot be reached, or take its packages instead of the release's.",
  pool: {
    bad: layer(', keep: true'),
    good: layer(''),
    find(pool, report) {
      for (const { props, origin } of stepsOf(pool)) {
        if ((props as { keep?: unknown }).keep !== true) continue;
        report({
          message: 'this repository stays enabled on the nodes',
          hint: 'Leave keep out: it is removed once the packages are installed.',
          origin: below(origin, ['keep']),
        });
      }
    },
  },
});
