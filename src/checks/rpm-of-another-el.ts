import { rpmFileName } from '../values/rpm.ts';
import { defineCheck } from './check.ts';
import { rpmsOf } from './steps-of.ts';

const layer = (rpm: string) => `kind: Layer
name: agent
steps:
  - rpms:
      rpms:
        - url: https://example.com/files/${rpm}
          sha256: 3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b
`;

export const rpmOfAnotherEl = defineCheck({
  code: 'rpm-of-another-el',
  severity: 'warning',
  summary: 'An RPM was built for another major version of RHEL than the release has.',
  why: 'It may install, where it requires little, and then fail at the first library that is of another version. Vendors have a build for each major version of RHEL; the Release document says which one the release has.',
  pool: {
    bad: layer('agent-7.1-1.el8.x86_64.rpm'),
    good: layer('agent-7.1-1.el9.x86_64.rpm'),
    find(pool, report) {
      const major = pool.el?.split('.')[0];
      for (const { rpm, origin } of rpmsOf(pool)) {
        const [, its] = /\.el(\d+)(?=[._])/.exec(rpmFileName(rpm)) ?? [];
        if (major === undefined || its === undefined || its === major) continue;
        report({
          message: `this RPM is of RHEL ${its}, and OpenShift ${pool.release} has RHEL ${pool.el}`,
          hint: `Take the build whose name has el${major}.`,
          origin,
        });
      }
    },
  },
});
