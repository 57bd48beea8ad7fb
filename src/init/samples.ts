/** Where editors find the schema, from layers/: https://github.com/redhat-developer/yaml-language-server. */
const SCHEMA = '# yaml-language-server: $schema=../node_modules/cdk8s-os-layers/lib/schema.json\n';

export const LAYERS = `${SCHEMA}# A layer is a list of steps that pools share. Each step is one RUN or COPY of the pool's Containerfile.
kind: Layer
name: systemd-hotfix
steps:
  # Replaces packages of the OS by builds that you name, and fails the build unless these are installed afterwards.
  - hotfix:
      reason: RHEL-12345, journald deadlock
      # The first version with the fix: once the base has it, the hotfix is no longer needed.
      expires: { package: systemd, atLeast: 252-47.el9_4 }
      rpms:
        # The build checks the sum first. This one is made up.
        - url: https://example.com/files/systemd-252-46.el9_4.x86_64.rpm
          sha256: 3c8fc667b2a1f0e9d8c7b6a5948372615049382716f5e4d3c2b1a09f8e7d6c5b
  # Other steps: epel, packages, rpms, files, repository, run.
`;

export const POOLS = `${SCHEMA}# A pool is a MachineConfigPool: its nodes get one image, of its layers in this order.
kind: Pool
name: worker
# In quotes: YAML takes 4.20 for the number 4.2. layers/releases.yaml says which OS image it is.
release: "4.19.3"
layers: [systemd-hotfix]
target:
  # A MachineConfig with osImageURL. \`layers build --pin\` builds the image and pushes it here.
  # To let the cluster build it, use machineOSConfig instead.
  machineConfig: { image: registry.example.com/os/worker }
`;

export const RELEASES = `${SCHEMA}# A release is a z-stream of OpenShift and its OS image, by digest. This digest is made up; print the real one by
#   oc adm release info 4.19.3 --image-for=rhel-coreos
kind: Release
name: "4.19.3"
amd64:
  rhel-coreos: quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:4190000000000000000000000000000000000000000000000000000000000003
  # The RHEL under it.
  el: "9.6"
`;
