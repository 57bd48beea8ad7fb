import { defineCheck } from './check.ts';

/** The share of the limit from which on there is no room for another layer. */
const NEARLY = 0.9;

const pool = (lines: number) => `kind: Layer
name: banner
steps:
  - files:
      - path: /etc/motd.d/banner
        content: |
${`          ${'Managed by git: what is changed here does not last. '.repeat(3).trim()}\n`.repeat(lines)}---
kind: Pool
name: infra
release: "4.19.3"
layers: [banner]
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
`;

export const containerfileNearlyFull = defineCheck({
  code: 'containerfile-nearly-full',
  severity: 'warning',
  summary: 'The Containerfile of a MachineOSConfig has little room left.',
  why: 'It holds 4,096 characters, and there is no other way for files to get in. The next layer is refused, usually when it is urgent.',
  pool: {
    bad: pool(22),
    good: pool(2),
    find({ room, containerfile, origin, origins }, report) {
      const count = [...containerfile].length;
      if (room === undefined || count < room.limit * NEARLY) return;
      report({
        message: `its Containerfile has ${count} of ${room.limit} characters`,
        hint: `Move files and downloads into an RPM. By layer: ${room.costs}.`,
        origin: origins.layers ?? { ...origin, path: [...(origin.path ?? []), 'layers'] },
      });
    },
  },
});
