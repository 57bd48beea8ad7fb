import { defineCheck } from './check.ts';
import { stepsOf } from './steps-of.ts';

const pool = (more: string) => `kind: Layer
name: kernel
steps:
  - kernel: { version: 5.14.0-570.17.1.el9_6.x86_64, baseurl: "https://mirror.example.com/9/Packages" }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [kernel]
${more}target:
  machineConfig: { image: registry.example.com/os/worker }
`;

export const headersOfAnotherKernel = defineCheck({
  code: 'headers-of-another-kernel',
  severity: 'warning',
  summary: 'A layer replaces the kernel, and the extension kernel-devel has the headers of the one before.',
  why: "The extension's packages are those of the release's own kernel. Modules that are built on the node against them do not load into another kernel.",
  pool: {
    bad: pool('extensions: [kernel-devel]\n'),
    good: pool(''),
    find({ extensions = [], origins, ...subject }, report) {
      const step = stepsOf({ ...subject, origins }).find(({ name }) => name === 'kernel');
      if (step === undefined || !extensions.includes('kernel-devel')) return;
      report({
        message: "kernel-devel is of the release's kernel, which a layer replaces",
        hint: 'Leave the extension out, and install the headers of the same build in the layer.',
        ...(origins.extensions && { origin: origins.extensions }),
        related: [{ message: 'the kernel is replaced here', origin: step.origin }],
      });
    },
  },
});
