import { defineCheck } from './check.ts';
import { DIGEST, machineConfigYaml } from './examples.ts';
import { isGenerated, type Manifest, ofKind, place, ROLE, textAt } from './manifests/manifests.ts';

const image = (repository: string) => `osImageURL: registry.example.com/os/${repository}@${DIGEST}`;

export const osImageTwice = defineCheck({
  code: 'os-image-twice',
  severity: 'warning',
  summary: 'Two MachineConfigs give one pool an OS image.',
  why: 'The one whose name sorts last wins, without a word: the other image is never on a node, and a new name changes which one is.',
  manifests: {
    bad: `${machineConfigYaml(image('infra'), '99-infra-os')}---\n${machineConfigYaml(image('tools'), '99-infra-tools')}`,
    good: `${machineConfigYaml(image('infra'), '99-infra-os')}---\n${machineConfigYaml(image('edge'), '99-edge-os', 'edge')}`,
    find(manifests, report) {
      const winners = new Map<string, Manifest>();
      const withImage = ofKind(manifests, 'MachineConfig').filter(
        (config) => textAt(config, 'spec', 'osImageURL') && !isGenerated(config),
      );
      for (const config of withImage.sort((a, b) => (a.name < b.name ? 1 : -1))) {
        const role = textAt(config, ...ROLE) ?? '';
        const winner = winners.get(role);
        winners.set(role, winner ?? config);
        if (winner === undefined || winner.name === config.name) continue;
        report({
          message: `${winner.name} gives ${role || 'its pool'} an image, too, and wins`,
          hint: 'Put everything into one image: a pool has one.',
          origin: place(config, 'spec', 'osImageURL'),
          related: [{ message: 'the one that wins', origin: place(winner, 'spec', 'osImageURL') }],
        });
      }
    },
  },
});
