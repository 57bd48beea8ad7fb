/** Documents that tests share: one release of each ending, and a layer. */

export const DIGEST = `sha256:${'4'.repeat(64)}`;
export const BASE = `quay.io/openshift-release-dev/ocp-v4.0-art-dev@${DIGEST}`;

export const RELEASES = `kind: Release
name: "4.18.21"
amd64: { rhel-coreos: "${BASE}", driver-toolkit: "${BASE}", kernel: 5.14.0-427.1.1.el9_4.x86_64, el: "9.4" }
---
kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "${BASE.replaceAll('4444', '4193')}", driver-toolkit: "${BASE}", kernel: 5.14.0-570.16.1.el9_6.x86_64, el: "9.6" }
`;

export const LAYER = `kind: Layer
name: tools
steps: [{ packages: { install: [htop] } }]
`;

interface PoolText {
  name?: string;
  release?: string;
  layers?: string;
  target?: string;
  build?: string;
}

export const ON_CLUSTER =
  '{ machineOSConfig: { renderedImagePushSpec: registry.example.com/os/infra:latest, renderedImagePushSecret: { name: os-push } } }';

export const JOB =
  '{ job: { namespace: os-builds, builder: registry.example.com/tools/buildah:1.39, pushSecret: os-push } }';

/** A Pool document; `target` and `build` are YAML in flow style. */
export function poolDocument({
  name = 'worker',
  release = '4.19.3',
  layers = '[tools]',
  target,
  build,
}: PoolText = {}): string {
  return [
    'kind: Pool',
    `name: ${name}`,
    `release: "${release}"`,
    `layers: ${layers}`,
    ...(build === undefined ? [] : [`build: ${build}`]),
    `target: ${target ?? `{ machineConfig: { image: registry.example.com/os/${name} } }`}`,
    '',
  ].join('\n');
}

export function documents(...texts: string[]): string {
  return texts.join('---\n');
}
