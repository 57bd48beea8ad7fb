import { describe, expect, it } from 'vitest';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const REPOSITORY = {
  'layers/all.yaml': `kind: Release
name: "4.19.3"
amd64: { rhel-coreos: "quay.io/o/os@sha256:${'4'.repeat(64)}" }
---
kind: Pool
name: worker
release: "4.19.3"
layers: [{ name: tools, steps: [{ packages: { install: [vim] } }] }]
target: { machineConfig: { image: registry.example.com/os/worker } }
`,
};

describe('the command line', () => {
  it.each([
    [['synth', '-C', 'a', '-C', '.'], 'C is given 2 times'],
    [['synth', '-C'], 'C is given, and is empty'],
    [['synth', '-C', ''], 'C is given, and is empty'],
    [['build', '--engine', 'podman', '--engine', 'buildah'], 'engine is given 2 times'],
    [['build', '--authfile'], 'authfile is given, and is empty'],
    [['build', '--authfile', 'a', '--authfile', 'b'], 'authfile is given 2 times'],
    [['synth', '--output', 'json', '--output', 'text'], 'output is given 2 times'],
    [['init', ''], 'dir is given, and is empty'],
  ])('%j is refused, and nothing is written', (args, message) => {
    const repository = temporaryRepository(REPOSITORY);
    const { status, stderr } = repository.layers(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(repository.dist()).toEqual({});
  });

  it('takes several pools', () => {
    const repository = temporaryRepository(REPOSITORY);
    repository.layers('synth');
    const { stderr } = repository.layers('build', 'alpha', 'beta');
    expect(stderr).toContain('there is no pool alpha');
    expect(stderr).toContain('there is no pool beta');
  });
});
