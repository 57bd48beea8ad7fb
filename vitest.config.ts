import { defineConfig } from 'vitest/config';

const soak = process.env.LAYERS_SOAK === '1';

export default defineConfig({
  test: {
    reporters: ['default', ['json', { outputFile: '.layers/test-results.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          testTimeout: soak ? 1_800_000 : 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          // After the unit tests, so that builds have the machine to themselves.
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/fixtures/setup.ts'],
          // Real builds: minutes, not milliseconds. Three files at a time on two cores: what stalls and retries waits for most of it.
          testTimeout: soak ? 3_600_000 : 600_000,
          hookTimeout: 900_000,
          maxWorkers: 3,
          // buildah's default isolation needs a full init system's cgroups; containers and CI machines have none.
          env: { BUILDAH_ISOLATION: 'chroot' },
        },
      },
    ],
  },
});
