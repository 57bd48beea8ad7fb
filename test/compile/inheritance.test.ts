import { describe, expect, it } from 'vitest';
import { inheritanceRemarks } from '../../src/compile/inheritance.ts';
import { compile, MACHINE_OS_CONFIG } from './compile-pool.ts';

const tools = (name: string) => ({ name, steps: [{ packages: { install: [name] } }] });
const layers = [tools('agent'), tools('logs')];
const worker = () => compile({ layers });
const remarks = (...pools: ReturnType<typeof compile>[]) =>
  inheritanceRemarks(pools).map(({ code, message }) => `${code}: ${message}`);

describe('custom pools take the MachineConfigs of worker', () => {
  it('and its image, if they have none: worker is told which', () => {
    const infra = compile({ layers, pool: { name: 'infra', layers: ['agent'], target: MACHINE_OS_CONFIG } });
    expect(remarks(worker(), infra)).toEqual([
      "worker-image-ignored: its on-cluster build starts from the cluster's own image, without the layers of worker",
      'worker-image-inherited: custom pools take the MachineConfigs of worker: its image reaches infra as well, and every pool that is not declared here',
    ]);
  });

  it('as the base of their on-cluster builds from 4.22 on', () => {
    const infra = compile({ layers, pool: { name: 'infra', layers: ['agent'], target: MACHINE_OS_CONFIG } });
    const later = { ...infra, pool: { ...infra.pool, release: '4.22.1' as typeof infra.pool.release } };
    expect(remarks(worker(), later)[0]).toBe(
      'worker-image-as-base: its on-cluster build starts from the image of worker, with the layers of that',
    );
  });

  it('but lose its layers with an image of their own', () => {
    const gpu = compile({
      layers,
      pool: { name: 'gpu', layers: ['logs'], target: { machineConfig: { image: 'q.io/os/gpu' } } },
    });
    expect(remarks(worker(), gpu)).toEqual([
      'worker-layers-lost: with an image of its own it does not have the layers of worker: agent',
    ]);
  });

  it('which says nothing of pools that have them all, of master, and where worker has no image', () => {
    const all = compile({ layers, pool: { name: 'gpu', layers: ['logs', 'agent'] } });
    const master = compile({ layers, pool: { name: 'master', layers: ['logs'] } });
    const infra = compile({ layers, pool: { name: 'infra', target: MACHINE_OS_CONFIG } });
    expect(remarks(worker(), all, master)).toEqual([]);
    expect(remarks(infra, all)).toEqual([]);
  });
});
