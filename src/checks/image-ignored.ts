import { isAtLeast } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { configYaml, DIGEST, machineConfigYaml } from './examples.ts';
import { isGenerated, ofKind, POOL, place, ROLE, textAt } from './manifests/manifests.ts';

const image = (role: string) =>
  machineConfigYaml(`osImageURL: registry.example.com/os/${role}@${DIGEST}`, `99-${role}-os`, role);

export const imageIgnored = defineCheck({
  code: 'image-ignored',
  severity: 'warning',
  summary: 'Up to 4.21: a pool has an osImageURL and a MachineOSConfig, which does not build on it.',
  why: "Until 4.21 on-cluster builds start from the release's image, whatever osImageURL says, and nodes run the image that was built: what is in the other one never reaches them. From 4.22 on it is the base of the build.",
  manifests: {
    release: '4.21.0',
    bad: `${configYaml()}---\n${image('infra')}`,
    good: `${configYaml()}---\n${image('edge')}`,
    find(manifests, report) {
      if (isAtLeast(manifests.release, '4.22')) return;
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const pool = textAt(config, ...POOL);
        for (const other of ofKind(manifests, 'MachineConfig')) {
          if (textAt(other, ...ROLE) !== pool || isGenerated(other)) continue;
          if (!textAt(other, 'spec', 'osImageURL')) continue;
          report({
            message: `the nodes of ${pool} run the image of its MachineOSConfig, and this one is not its base`,
            hint: 'Keep one of the two. From 4.22 on builds start from this image.',
            origin: place(other, 'spec', 'osImageURL'),
            related: [{ message: 'the MachineOSConfig', origin: place(config, ...POOL) }],
          });
        }
      }
    },
  },
});
