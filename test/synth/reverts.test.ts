import { describe, expect, it } from 'vitest';
import { reverts } from '../../src/synth/reverts.ts';

const object = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n`;
const WORKER = object('MachineConfig', '99-worker-os-layers');
const INFRA = object('MachineOSConfig', 'infra');
const messages = (before: Record<string, string>, after: Record<string, string>) =>
  reverts(new Map(Object.entries(before)), new Map(Object.entries(after))).map(({ message }) => message);

describe('an object that takes an OS from nodes as it goes', () => {
  it('is told, whether its file goes or only the object', () => {
    expect(messages({ 'worker.k8s.yaml': WORKER }, {})).toEqual([
      'REVERTS NODES: dist/worker.k8s.yaml no longer has the MachineConfig 99-worker-os-layers',
    ]);
    expect(messages({ 'infra.k8s.yaml': `${INFRA}---\n${WORKER}` }, { 'infra.k8s.yaml': WORKER })).toEqual([
      'REVERTS NODES: dist/infra.k8s.yaml no longer has the MachineOSConfig infra',
    ]);
  });

  it('is looked for cluster by cluster', () => {
    expect(messages({ 'a/worker.k8s.yaml': WORKER }, { 'b/worker.k8s.yaml': WORKER })).toHaveLength(1);
  });

  it('may change, and move to another file', () => {
    expect(messages({ 'worker.k8s.yaml': WORKER }, { 'nodes.k8s.yaml': `${WORKER}spec: {}\n` })).toEqual([]);
  });

  it('is not a build, nor any other object', () => {
    const job = object('Job', 'build-1');
    expect(
      messages({ 'builds/1/a.k8s.yaml': WORKER, 'b.k8s.yaml': job, 'worker.build': WORKER }, {}),
    ).toEqual([]);
  });
});
