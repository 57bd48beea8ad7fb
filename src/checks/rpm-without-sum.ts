import { defineCheck } from './check.ts';
import { rpmsOf } from './steps-of.ts';

const layer = (rpm: string) => `kind: Layer
name: agent
steps:
  - rpms:
      rpms:
        - ${rpm}
`;

export const rpmWithoutSum = defineCheck({
  code: 'rpm-without-sum',
  severity: 'info',
  summary: 'An RPM is fetched from a URL without a sum.',
  why: 'The build installs whatever the server sends on that day, and dnf does not check the signature of an RPM that it is given as a file. With a sum, another file fails the build.',
  pool: {
    bad: layer('{ url: https://example.com/files/agent-7.1-1.x86_64.rpm }'),
    good: layer(
      '{ url: https://example.com/files/agent-7.1-1.x86_64.rpm, sha256: 3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b }',
    ),
    find(pool, report) {
      for (const { rpm, origin } of rpmsOf(pool)) {
        // Another check says more of these.
        if (rpm.url === undefined || rpm.sha256 !== undefined || rpm.url.startsWith('http:')) continue;
        report({
          message: 'this RPM has no sum',
          hint: 'Add sha256: `curl -fsSL <url> | sha256sum` prints it.',
          origin,
        });
      }
    },
  },
});
