import { defineCheck } from './check.ts';

const pool = (name: string, more: string) => `kind: Layer
name: kernel
steps:
  - packages: { install: [${name}] }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [kernel]
${more}target:
  machineConfig: { image: registry.example.com/os/worker }
`;

export const realtimeAsLayer = defineCheck({
  code: 'realtime-as-layer',
  severity: 'warning',
  summary: 'A layer installs a realtime or 64k kernel.',
  why: "The vendor's documents advise against it: beside the release's kernel it is not the one that boots, and the operator does not know of it. `kernelType` has the operator swap the kernel.",
  pool: {
    bad: pool('kernel-rt-core', ''),
    good: pool('tuned-profiles-realtime', 'kernelType: realtime\n'),
    find({ claims }, report) {
      for (const { verb, name, origin } of claims) {
        if (verb === 'removes' || !/^kernel-(rt|64k)(-|$)/.test(name)) continue;
        report({
          message: `${name} is a part of another kernel`,
          hint: `Write kernelType: ${name.startsWith('kernel-rt') ? 'realtime' : '64k-pages'} on the pool instead.`,
          origin,
        });
      }
    },
  },
});
