import { extensionsOf } from '../values/extensions.ts';
import { packageOf } from '../values/rpm.ts';
import { defineCheck } from './check.ts';

const pool = (layer: string, more: string) => `kind: Layer
name: tools
steps:
  - packages: { install: [${layer}] }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [tools]
${more}target:
  machineConfig: { image: registry.example.com/os/worker }
`;

export const extensionAsLayer = defineCheck({
  code: 'extension-as-layer',
  severity: 'info',
  summary: 'A layer installs what an extension of OpenShift would.',
  why: 'An extension has the packages that were tested with the release, and moves with it. As layers they come from whichever repository the build has, and the vendor advises against it.',
  pool: {
    bad: pool('usbguard', ''),
    good: pool('rsyslog', 'extensions: [usbguard]\n'),
    find({ claims, release, extensions = [] }, report) {
      for (const [extension, packages] of extensionsOf(release)) {
        if (extensions.some((name) => name === extension)) continue;
        for (const { verb, name, origin } of claims) {
          if (verb !== 'installs' || !packages.includes(packageOf(name).name)) continue;
          report({
            message: `${name} is a package of the extension ${extension}`,
            hint: `Write extensions: [${extension}] on the pool instead, unless it has to be another build.`,
            origin,
          });
        }
      }
    },
  },
});
