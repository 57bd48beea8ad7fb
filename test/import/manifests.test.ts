import { describe, expect, it } from 'vitest';
import { BASE, imported, kindsOf, refusals } from './support.ts';

const MACHINE_OS_CONFIG = `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineOSConfig
metadata: { name: layered-image }
spec:
  machineConfigPool: { name: layered }
  containerFile:
  - containerfileArch: noarch
    content: |-
      FROM configs AS final
      # a comment
      RUN rpm-ostree install rng-tools && \\
          systemctl enable rngd && \\
          ostree container commit
      RUN make-it-so
  imageBuilder: { imageBuilderType: PodImageBuilder }
  renderedImagePushspec: registry.example.com/os/layered:latest
  renderedImagePushSecret: { name: push }
  baseImagePullSecret: { name: pull }
  currentImagePullSecret: { name: other }
`;

const MACHINE_CONFIG = `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: 99-image
  labels: { machineconfiguration.openshift.io/role: infra }
spec:
  osImageURL: ${BASE}
  kernelType: realtime
  kernelArguments: ["a=1 b", c]
  extensions: [usbguard]
  config: { ignition: { version: 3.4.0 } }
`;

describe('a MachineOSConfig', () => {
  const options = { file: 'mosc.yaml', image: undefined as never };

  it('becomes a pool that the cluster builds, and its Containerfile a layer', () => {
    const all = imported(MACHINE_OS_CONFIG, options);
    expect(all.steps).toEqual([
      { packages: { install: ['rng-tools'] } },
      { systemd: { enable: ['rngd.service'] } },
      { run: { reason: 'imported from mosc.yaml:14', commands: ['make-it-so'] } },
    ]);
    expect(all.pool).toEqual({
      kind: 'Pool',
      name: 'layered',
      release: '4.19.3',
      layers: ['sample'],
      target: {
        machineOSConfig: {
          renderedImagePushSpec: 'registry.example.com/os/layered:latest',
          renderedImagePushSecret: { name: 'push' },
          baseImagePullSecret: { name: 'pull' },
        },
      },
    });
    expect(all.codes).toEqual(['field-left-out']);
  });

  it('may leave the FROM to the operator', () => {
    const text = MACHINE_OS_CONFIG.replace('      FROM configs AS final\n', '');
    expect(kindsOf(imported(text, options))).toEqual(['packages', 'systemd', 'run']);
  });

  it('has its errors at their lines', () => {
    expect(
      refusals(MACHINE_OS_CONFIG.replace('RUN make-it-so', 'USER a\n      RUN make-it-so'), options),
    ).toEqual(['15:7 user-not-root']);
    expect(
      refusals(MACHINE_OS_CONFIG.replace('os/layered:latest', 'a/b/c/layered:latest'), options),
    ).toHaveLength(1);
    expect(refusals('kind: Pod\napiVersion: v1\n', options)[0]).toBe('1:1 not-importable');
    expect(refusals('kind: [\n', options)[0]).toMatch(/invalid-yaml/);
  });
});

describe('a MachineConfig', () => {
  it('gives the pool of the Containerfile beside it its name, its repository and its settings', () => {
    const { pool, steps } = imported(`FROM ${BASE}\nRUN dnf install -y htop`, {
      files: { 'mc.yaml': MACHINE_CONFIG },
      more: ['mc.yaml'],
      image: undefined as never,
    });
    expect(steps).toEqual([{ packages: { install: ['htop'] } }]);
    expect(pool).toMatchObject({
      name: 'infra',
      kernelType: 'realtime',
      kernelArguments: ['a=1', 'b', 'c'],
      extensions: ['usbguard'],
      target: { machineConfig: { image: 'quay.io/example/os' } },
    });
  });

  it('alone does not say how its image is built', () => {
    expect(refusals(MACHINE_CONFIG, { file: 'mc.yaml' })).toEqual(['2:1 no-containerfile']);
  });
});
