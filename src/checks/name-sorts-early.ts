import { isAtLeast } from '../values/release-version.ts';
import { defineCheck } from './check.ts';
import { DIGEST, machineConfigYaml } from './examples.ts';
import { isGenerated, ofKind, place, ROLE, textAt } from './manifests/manifests.ts';

const image = `osImageURL: registry.example.com/os/worker@${DIGEST}`;

export const nameSortsEarly = defineCheck({
  code: 'name-sorts-early',
  severity: 'warning',
  summary: "Up to 4.21: the operator's own MachineConfig comes after the one with the image.",
  why: 'Of several the last name wins, and up to 4.21 `00-worker`, which has the OS image of the release, counts as well. A name that sorts before it changes nothing.',
  manifests: {
    release: '4.21.0',
    bad: machineConfigYaml(image, '00-os-layers', 'worker'),
    good: machineConfigYaml(image, '99-worker-os-layers', 'worker'),
    find(manifests, report) {
      if (isAtLeast(manifests.release, '4.22')) return;
      for (const config of ofKind(manifests, 'MachineConfig')) {
        const role = textAt(config, ...ROLE);
        if ((role !== 'worker' && role !== 'master') || config.name >= `00-${role}`) continue;
        if (!textAt(config, 'spec', 'osImageURL') || isGenerated(config)) continue;
        report({
          message: `00-${role} sorts after ${config.name}, and its image wins`,
          hint: `Name it 99-${role}-….`,
          origin: place(config, 'metadata', 'name'),
        });
      }
    },
  },
});
