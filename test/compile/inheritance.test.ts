import { describe, expect, it } from 'vitest';
import { inheritanceRemarks, inheritedModules } from '../../src/compile/inheritance.ts';
import { loadLibrary } from '../../src/spec/load.ts';
import { compile, MACHINE_OS_CONFIG, repository } from './compile-pool.ts';

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

describe('a module of an on-cluster build from 4.22 on', () => {
  const KERNEL = '5.14.0-687.1.1.el9_8.x86_64';
  const NEW = '5.14.0-999.1.el9_8.x86_64';
  const images = { kernel: KERNEL, 'driver-toolkit': `q.io/dtk@sha256:${'c'.repeat(64)}` };
  const replaced = { kernel: { version: NEW, baseurl: 'https://example.com/kernels' } };
  const moduleFor = (version: string) => ({
    stage: {
      name: 'module',
      from: '${release.driver-toolkit}',
      copy: [{ from: '/a.ko', to: `/usr/lib/modules/${version}/extra/a.ko` }],
    },
  });
  const one = (step: object, pool: object) =>
    compile({ layers: [{ name: 'own', steps: [step] }], images, pool });
  const infra = (step: object, more: object = {}) =>
    one(step, { name: 'infra', release: '4.22.1', target: MACHINE_OS_CONFIG, ...more });
  const newKernel = () => one(replaced, { release: '4.22.1' });
  const found = (...pools: ReturnType<typeof compile>[]) =>
    inheritedModules(pools, loadLibrary(repository({ images })).library);

  it("has to be for the kernel of worker's image, which it starts from", () => {
    expect(found(newKernel(), infra(moduleFor('${release.kernel}')))).toMatchObject([
      {
        code: 'module-of-another-kernel',
        severity: 'error',
        message: expect.stringContaining(`the image's kernel is ${NEW}`),
        origin: { path: ['steps', 0, 'stage', 'copy', 0, 'to'] },
        related: [{ message: 'that kernel', origin: { path: ['steps', 0, 'kernel'] } }],
      },
    ]);
    expect(found(newKernel(), infra(moduleFor(NEW)))).toEqual([]);
  });

  it("has to be for the release's where worker has no image, or none with a kernel of its own", () => {
    const tools = one({ labels: { a: 'b' } }, { release: '4.22.1' });
    for (const others of [[], [tools], [one(replaced, { release: '4.22.1', target: MACHINE_OS_CONFIG })]]) {
      expect(found(...others, infra(moduleFor(KERNEL)))).toEqual([]);
      expect(found(...others, infra(moduleFor(NEW)))).toMatchObject([{ code: 'module-of-another-kernel' }]);
    }
  });

  it('is judged by its own pool before 4.22', () => {
    expect(() => infra(moduleFor(NEW), { release: '4.19.3' })).toThrow('nothing would read');
    expect(found(newKernel(), infra(moduleFor(KERNEL), { release: '4.19.3' }))).toEqual([]);
  });
});
