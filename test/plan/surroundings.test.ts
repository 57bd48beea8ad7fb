import { describe, expect, it } from 'vitest';
import { surroundingStages } from '../../src/plan/surroundings.ts';

const surroundings = { pool: 'infra', base: 'quay.io/a/os@sha256:1', rendered: 'rendered-infra-1' };
const extensions = {
  image: 'quay.io/a/extensions@sha256:2',
  packages: ['usbguard'],
  kernel: 'default' as const,
};
const textOf = (more: object = {}, nonce = 'x') =>
  surroundingStages({ ...surroundings, ...more }, nonce)
    .flatMap(({ from, instructions }) => [from, ...instructions])
    .join('\n');

describe('what a cluster puts around a Containerfile', () => {
  it('is a stage for the rendered MachineConfig, and `configs`', () => {
    expect(surroundingStages(surroundings, '').map(({ from }) => from)).toEqual([
      'FROM quay.io/a/os@sha256:1 AS extract',
      'FROM quay.io/a/os@sha256:1 AS configs',
    ]);
  });

  it('needs no here-documents', () => {
    expect(textOf({ extensions: { ...extensions, kernel: 'realtime' } })).not.toContain('<<');
  });

  it('differs from run to run in one line of `extract`, and nowhere else', () => {
    const [before, after] = [textOf({}, 'one'), textOf({}, 'two')].map((text) => text.split('\n'));
    const changed = after!.filter((line, index) => line !== before![index]);
    expect(changed).toEqual(['RUN : two && \\']);
  });

  it('labels the image as the operator does', () => {
    expect(textOf()).toContain(
      'LABEL machineconfig=rendered-infra-1 machineconfigpool=infra baseOSContainerImage=quay.io/a/os@sha256:1',
    );
  });

  it('installs packages from the extensions, and commits', () => {
    const text = textOf({ extensions });
    expect(text).toContain('--mount=type=bind,from=quay.io/a/extensions@sha256:2,source=/,');
    expect(text).toContain('rpm-ostree install usbguard &&');
    expect(text).not.toContain('dnf -y shell');
    expect(text.match(/ostree container commit/g)).toHaveLength(2);
    expect(textOf()).not.toContain('coreos-extensions');
  });

  it('swaps the kernel, also where nothing else is installed', () => {
    const text = textOf({ extensions: { ...extensions, packages: [], kernel: 'realtime' } });
    expect(text).not.toContain('rpm-ostree install');
    expect(text).toMatch(/if rpm -q kernel-rt-core .*elif rpm -q kernel-64k-core .*elif rpm -q kernel /);
    expect(text).toContain(
      "'install kernel-rt-core kernel-rt-modules kernel-rt-modules-extra kernel-rt-kvm'",
    );
  });
});
