import { formatImageRef, type ImageRef, parseImageRef } from '../values/image-ref.ts';
import { defineCheck } from './check.ts';
import { configYaml } from './examples.ts';
import { at, type Manifests, ofKind, place, textAt, textsAt } from './manifests/manifests.ts';

const pool = (host: string) => `kind: Cluster
name: prod-eu-1
release: "4.19.3"
registry: { push: core.example.com/os, pull: mirror.example.com/os }
---
kind: Layer
name: logs
steps:
  - packages: { install: [rsyslog] }
---
kind: Pool
name: infra
layers: [logs]
target:
  machineOSConfig:
    renderedImagePushSpec: ${host}/os/infra:latest
    renderedImagePushSecret: { name: os-push }
`;

const mirrorSet = `---
apiVersion: config.openshift.io/v1
kind: ImageDigestMirrorSet
metadata:
  name: os
spec:
  imageDigestMirrors:
    - source: core.example.com/os
      mirrors: [mirror.example.com/os]
`;

export const pushToMirror = defineCheck({
  code: 'push-to-mirror',
  severity: 'warning',
  summary: 'A cluster would push through a mirror, and mirrors are for pulls only.',
  why: 'The build of a MachineOSConfig pushes to exactly the host that is written there. A mirror usually takes no pushes, and a source that the cluster only reaches by its mirror cannot be pushed to.',
  pool: {
    bad: pool('mirror.example.com'),
    good: pool('core.example.com'),
    find({ target, cluster, origins }, report) {
      const spec = target.machineOSConfig?.renderedImagePushSpec;
      const { push, pull } = cluster?.registry ?? {};
      if (spec === undefined || push === undefined || pull === undefined) return;
      if (!isBelow(parseImageRef(spec), pull) || isBelow(parseImageRef(spec), push)) return;
      report({
        message: `${formatImageRef(pull)} is where nodes of ${cluster!.name} pull from, a mirror of ${formatImageRef(push)}`,
        hint: `Push to ${formatImageRef(push)}, or to a registry of the cluster's own.`,
        ...(origins.target && { origin: origins.target }),
      });
    },
  },
  manifests: {
    bad: configYaml({ pushSpec: 'core.example.com/os/infra:latest' }) + mirrorSet,
    good: configYaml({ pushSpec: 'registry.example.com/os/infra:latest' }) + mirrorSet,
    find(manifests, report) {
      const sources = mirrored(manifests);
      for (const config of ofKind(manifests, 'MachineOSConfig')) {
        const spec = textAt(config, 'spec', 'renderedImagePushSpec');
        const source = sources.find(
          (name) => spec !== undefined && (spec.startsWith(`${name}/`) || spec.startsWith(`${name}:`)),
        );
        if (source === undefined) continue;
        report({
          message: `${source} has mirrors, which are for pulls: the build pushes to ${source} itself`,
          hint: 'Push to a registry that the cluster reaches by its own name.',
          origin: place(config, 'spec', 'renderedImagePushSpec'),
        });
      }
    },
  },
});

function isBelow({ registry, repository }: ImageRef, parent: ImageRef): boolean {
  return registry === parent.registry && `${repository}/`.startsWith(`${parent.repository}/`);
}

/** What the mirror sets among the objects have mirrors of. */
function mirrored({ objects }: Manifests): string[] {
  return objects.flatMap((object) => {
    const key = MIRRORS[object.kind];
    const list = key === undefined ? undefined : at(object, 'spec', key);
    if (!Array.isArray(list)) return [];
    return list.flatMap((_, index) => {
      const source = textAt(object, 'spec', key!, index, 'source');
      return source !== undefined && textsAt(object, 'spec', key!, index, 'mirrors').length > 0 ? source : [];
    });
  });
}

const MIRRORS: Readonly<Record<string, string>> = {
  ImageDigestMirrorSet: 'imageDigestMirrors',
  ImageTagMirrorSet: 'imageTagMirrors',
  ImageContentSourcePolicy: 'repositoryDigestMirrors',
};
