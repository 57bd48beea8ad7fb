import { whyNoExtension } from '../compile/extensions.ts';
import { extensionsOf } from '../values/extensions.ts';
import { defineCheck } from './check.ts';
import { machineConfigYaml } from './examples.ts';
import { ofKind, place, textsAt } from './manifests/manifests.ts';

export const unknownExtension = defineCheck({
  code: 'unknown-extension',
  severity: 'error',
  summary: 'An extension that the release does not have.',
  why: 'The operator refuses the MachineConfig, and the pool degrades. Extensions come and go: two-node-ha came with 4.19, wasm went with 4.22.',
  manifests: {
    bad: machineConfigYaml('extensions: [usb-guard]'),
    good: machineConfigYaml('extensions: [usbguard]'),
    find({ release, objects }, report) {
      const known = extensionsOf(release);
      for (const config of ofKind({ release, objects }, 'MachineConfig')) {
        for (const [index, name] of textsAt(config, 'spec', 'extensions').entries()) {
          if (known.has(name)) continue;
          const [message, hint] = whyNoExtension(name, release) ?? [
            `OpenShift ${release} has no extension ${name}`,
            `It has ${[...known.keys()].join(', ')}.`,
          ];
          report({ message, hint, origin: place(config, 'spec', 'extensions', index) });
        }
      }
    },
  },
});
