import { defineCheck } from './check.ts';
import { stepsOf } from './steps-of.ts';

const layer = (more: string) => `kind: Layer
name: systemd-hotfix
steps:
  - hotfix:
      reason: RHEL-12345, journald deadlock
${more}      rpms:
        - url: https://example.com/files/systemd-252-46.el9_4.x86_64.rpm
          sha256: 3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b
`;

export const hotfixWithoutEnd = defineCheck({
  code: 'hotfix-without-end',
  severity: 'info',
  summary: 'A hotfix does not say which version has the fix.',
  why: 'Hotfixes outlive their reason: the next base has the fix, and the older build stays on the nodes, without the fixes that came after it. With `expires` it can be told when it is no longer needed.',
  pool: {
    bad: layer(''),
    good: layer('      expires: { package: systemd, atLeast: 252-47.el9_4 }\n'),
    find(pool, report) {
      for (const { name, props, origin } of stepsOf(pool)) {
        if (name !== 'hotfix' || (props as { expires?: object }).expires !== undefined) continue;
        report({
          message: 'it is not said when this hotfix is no longer needed',
          hint: 'Add expires: { package: …, atLeast: … }, once the version with the fix is known.',
          origin,
        });
      }
    },
  },
});
