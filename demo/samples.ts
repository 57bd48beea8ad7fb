/** What the sample documents refer to. */
export interface Sources {
  /** The registry's host and port. */
  readonly registry: string;
  /** The OS image by digest. */
  readonly base: string;
  /** The URL of the server that has the RPMs. */
  readonly rpms: string;
  /** The file name of the hotfix, and its sum. */
  readonly hotfix: string;
  readonly sha256: string;
  /** The armored key that signs the repository's packages. */
  readonly key: string;
}

/** The files that a person writes, by path. */
export function samples(sources: Sources): Record<string, string> {
  const { registry, base, rpms, hotfix, sha256, key } = sources;
  return {
    '.gitignore': '.layers/\n',
    'layers/files/RPM-GPG-KEY-vendor': key,
    'layers/layers.yaml': `kind: Layer
name: hello-hotfix
steps:
  - hotfix:
      reason: DEMO-1, the base's fixture-hello 1.0 says the wrong thing
      rpms:
        - url: ${rpms}/${hotfix}
          sha256: ${sha256}
---
kind: Layer
name: vendor-agent
steps:
  - repository:
      id: vendor
      baseurl: ${rpms}/el9
      gpgkey: { file: files/RPM-GPG-KEY-vendor }
  - packages: { install: [fixture-agent], from: [vendor] }
`,
    'layers/pools.yaml': `# Built here, by whoever runs \`layers build\`.
kind: Pool
name: worker
release: "4.18.21"
layers: [hello-hotfix]
target:
  machineConfig: { image: ${registry}/os/worker }
---
# Built by the cluster itself.
kind: Pool
name: infra
release: "4.18.21"
layers: [hello-hotfix]
target:
  machineOSConfig:
    renderedImagePushSpec: registry.example.com/os/infra:latest
    renderedImagePushSecret: { name: os-push }
---
# Built by a Job on a cluster.
kind: Pool
name: edge
release: "4.18.21"
layers: [hello-hotfix, vendor-agent]
build:
  job: { namespace: os-builds, builder: registry.example.com/tools/buildah:1.39, pushSecret: os-push }
target:
  machineConfig: { image: ${registry}/os/edge }
`,
    'layers/releases.yaml': `kind: Release
name: "4.18.21"
amd64:
  rhel-coreos: ${base}
  el: "9.4"
`,
  };
}

/** The change of the second round: a layer more. */
export const MOTD = `kind: Layer
name: motd
steps:
  - files:
      - { path: /etc/motd, content: "Managed by git. Changes here do not last.\\n" }
`;
