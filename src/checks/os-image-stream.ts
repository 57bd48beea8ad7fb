import { isAtLeast } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { DIGEST, machineConfigYaml, poolYaml } from './examples.ts';
import { at, isGenerated, ofKind, place, ROLE, textAt } from './manifests/manifests.ts';

const STREAM = ['spec', 'osImageStream'] as const;
const image = (role: string) =>
  machineConfigYaml(`osImageURL: registry.example.com/os/${role}@${DIGEST}`, `99-${role}-os`, role);

export const osImageStream = defineCheck({
  code: 'os-image-stream',
  severity: 'error',
  summary: 'A pool has an osImageStream where it cannot have one.',
  why: 'The operator refuses a pool with both an osImageStream and a MachineConfig with osImageURL, and the pool degrades. Up to 4.20 there is no such key, and from 4.21 to 4.22 it is behind a feature gate: there it is dropped without a word.',
  manifests: {
    release: '5.0.0',
    bad: `${poolYaml('osImageStream:\n  name: rhel-10')}---\n${image('infra')}`,
    good: `${poolYaml('osImageStream:\n  name: rhel-10')}---\n${image('edge')}`,
    find(manifests, report) {
      for (const pool of ofKind(manifests, 'MachineConfigPool')) {
        if (at(pool, ...STREAM) === undefined) continue;
        if (!isAtLeast(manifests.release, '5.0')) {
          const isGated = isAtLeast(manifests.release, '4.21');
          report({
            severity: isGated ? 'warning' : 'error',
            message: `OpenShift ${manifests.release} has no osImageStream${isGated ? ' unless its feature gate is on' : ''}`,
            hint: 'It came with 5.0: leave it out.',
            origin: place(pool, ...STREAM),
          });
        }
        const config = ofKind(manifests, 'MachineConfig').find(
          (other) =>
            textAt(other, ...ROLE) === pool.name &&
            textAt(other, 'spec', 'osImageURL') &&
            !isGenerated(other),
        );
        if (config === undefined) continue;
        report({
          message: `${pool.name} has an osImageStream, and ${config.name} gives it an osImageURL`,
          hint: 'The operator refuses both: keep one of them.',
          origin: place(pool, ...STREAM),
          related: [{ message: 'the image', origin: place(config, 'spec', 'osImageURL') }],
        });
      }
    },
  },
});
