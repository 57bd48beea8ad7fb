import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compilePool } from '../../src/compile/compile.ts';
import { openSources } from '../../src/compile/sources.ts';
import { loadLibrary } from '../../src/spec/load.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';
import { compileIn, errorsOf, repository } from './compile-pool.ts';

const image = (name: string, digit: string) => `q.io/${name}@sha256:${digit.repeat(64)}`;
const KERNELS = { '4.19.3': '5.14.0-570.16.1.el9_6.x86_64', '4.19.4': '5.14.0-570.17.1.el9_6.x86_64' };
const NEW = '5.14.0-295.el9.x86_64';

/** Two releases, each with an OS image, a toolkit and a kernel of its own. */
const RELEASES = {
  '4.19.3': {
    'rhel-coreos': image('os', '3'),
    'driver-toolkit': image('dtk', 'c'),
    kernel: KERNELS['4.19.3'],
  },
  '4.19.4': {
    'rhel-coreos': image('os', '4'),
    'driver-toolkit': image('dtk', 'd'),
    kernel: KERNELS['4.19.4'],
  },
};
const FOREIGN = image('ours', '9');

const stage = (props: object = {}) => ({
  stage: {
    name: 'module',
    from: '${release.driver-toolkit}',
    run: ['make'],
    copy: [{ from: '/a.ko', to: '/usr/lib/modules/${release.kernel}/extra/a.ko' }],
    ...props,
  },
});
const to = (path: string) => ({ copy: [{ from: '/a.ko', to: path }] });
const into = (version: string) => to(`/usr/lib/modules/${version}/extra/a.ko`);
const writes = (path: string) => ({ files: [{ path, content: 'a' }] });
const kernel = { kernel: { version: NEW, baseurl: 'https://example.com/kernels' } };

function root(steps: readonly object[], pool: object = {}, releases: object = RELEASES): string {
  const folder = repository({});
  rmSync(join(folder, 'layers/all.yaml'));
  const documents = [
    { kind: 'Layer', name: 'gpu', steps },
    ...Object.entries(releases).map(([name, amd64]) => ({ kind: 'Release', name, amd64 })),
    {
      ...{ kind: 'Pool', name: 'gpu', release: '4.19.3', layers: ['gpu'] },
      ...{ target: { machineConfig: { image: 'q.io/os/gpu' } }, ...pool },
    },
  ];
  writeFileSync(
    join(folder, 'layers/all.yaml'),
    documents.map((document) => stringify(document)).join('---\n'),
  );
  return folder;
}

const errors = (...input: Parameters<typeof root>) => errorsOf(root(...input));
const codes = (...input: Parameters<typeof root>) => errors(...input).map((line) => line.split(' ')[0]);

describe('a module', () => {
  it('for the kernel of the release is right', () => {
    expect(errors([stage(), writes(`/usr/lib/modules/${KERNELS['4.19.3']}/extra/b.ko`)])).toEqual([]);
  });

  it.each([
    ['a stage', stage(into(NEW)), 'stage.copy[0].to'],
    ['a stage, by the other path', stage(to(`/lib/modules/${NEW}`)), 'stage.copy[0].to'],
    ['a file', writes(`/usr/lib/modules/${NEW}/extra/a.ko`), 'files[0].path'],
  ])('for another kernel is an error at its place: %s', (_, step, at) => {
    const { diagnostics } = compileIn(root([step]));
    expect(errors([step])[0]).toContain(`module-of-another-kernel steps[0].${at}: nothing would read /`);
    expect(diagnostics).toMatchObject([
      {
        source: 'input',
        message: expect.stringMatching(`the image's kernel is ${KERNELS['4.19.3']}$`),
        hint: expect.stringContaining(`/usr/lib/modules/${KERNELS['4.19.3']}`),
        related: [{ message: 'that kernel', origin: { path: ['amd64', 'kernel'] } }],
      },
    ]);
  });

  it('of a folder with several is told once', () => {
    const tree = { path: `/usr/lib/modules/${NEW}`, source: 'files/m' };
    const folder = repository({
      layers: [{ name: 'a', steps: [{ files: [tree] }] }],
      images: { kernel: KERNELS['4.19.3'] },
      files: { 'files/m/a.ko': '', 'files/m/b.ko': '' },
    });
    expect(errorsOf(folder)).toHaveLength(1);
  });

  it('of a variant of the kernel is right, as is what only looks like one', () => {
    expect(codes([writes(`/usr/lib/modules/${KERNELS['4.19.3']}+rt/extra/a.ko`)])).toEqual([]);
    expect(codes([writes(`/usr/lib/modules/${KERNELS['4.19.3']}0/extra/a.ko`)])).toEqual([
      'module-of-another-kernel',
    ]);
    for (const path of ['/usr/lib/modules-load.d/a.conf', '/etc/modules/a', '/usr/share/lib/modules/x/a']) {
      expect(codes([writes(path)])).toEqual([]);
    }
  });

  it('is for the kernel that the image ends up with, wherever the step that brings it is', () => {
    const forNew = stage(into(NEW));
    expect(codes([kernel, forNew])).toEqual([]);
    expect(codes([forNew, kernel])).toEqual([]);
    expect(codes([kernel, stage(into(KERNELS['4.19.3']))])).toEqual(['module-of-another-kernel']);
    const { diagnostics } = compileIn(root([stage(), kernel]));
    expect(diagnostics).toMatchObject([
      { code: 'module-of-another-kernel', related: [{ origin: { path: ['steps', 1, 'kernel'] } }] },
    ]);
  });

  it('is held against a kernel that is given by its RPMs, too', () => {
    const parts = ['', '-core', '-modules', '-modules-core', '-modules-extra'];
    const rpms = parts.map((part) => ({ url: `https://example.com/kernel${part}-${NEW}.rpm` }));
    expect(codes([{ kernel: { rpms } }, stage(into(NEW))])).toEqual([]);
    expect(codes([{ kernel: { rpms } }, stage(into('6.1.0-1.el9.x86_64'))])).toEqual([
      'module-of-another-kernel',
    ]);
  });

  it('is not judged where the kernel is not known', () => {
    const { kernel: _, ...unknown } = RELEASES['4.19.3'];
    expect(codes([stage(into(NEW))], {}, { '4.19.3': unknown })).toEqual([]);
    const rpm = { url: `https://example.com/kernel-core-${NEW}.rpm` };
    expect(codes([{ hotfix: { reason: 'x', rpms: [rpm] } }, stage(into(NEW))])).toEqual([]);
    expect(codes([{ packages: { install: [`kernel-core-${NEW}`] } }, stage(into(NEW))])).toEqual([]);
    expect(codes([{ packages: { install: ['kernel-devel'] } }, stage(into(NEW))])).toEqual([
      'module-of-another-kernel',
    ]);
  });
});

describe('the driver toolkit of another release', () => {
  const other = RELEASES['4.19.4']['driver-toolkit'];

  it('is an error at its place, with both kernels', () => {
    const step = stage({ from: other.replace('q.io', 'mirror.io') });
    expect(errors([step])).toEqual([
      `driver-toolkit-of-another-release steps[0].stage.from: this is the driver toolkit of 4.19.4, for the kernel ${KERNELS['4.19.4']}: the image's is ${KERNELS['4.19.3']}`,
    ]);
    expect(compileIn(root([step])).diagnostics[0]!.related).toMatchObject([
      { message: 'the toolkit', origin: { path: ['amd64', 'driver-toolkit'] } },
      { message: "the image's kernel", origin: { path: ['amd64', 'kernel'] } },
    ]);
  });

  it('is one where no document has a kernel, too', () => {
    const without = Object.fromEntries(
      Object.entries(RELEASES).map(([name, { kernel: _, ...images }]) => [name, images]),
    );
    expect(errors([stage({ from: other, ...to('/usr/bin/a') })], {}, without)).toEqual([
      'driver-toolkit-of-another-release steps[0].stage.from: this is the driver toolkit of 4.19.4: the base is of 4.19.3',
    ]);
  });

  it('is right where both releases have one kernel, or the kernel step brings its kernel', () => {
    const same = { ...RELEASES, '4.19.4': { ...RELEASES['4.19.4'], kernel: KERNELS['4.19.3'] } };
    expect(codes([stage({ from: other })], {}, same)).toEqual([]);
    const fits = { kernel: { version: KERNELS['4.19.4'], baseurl: 'https://example.com/' } };
    expect(codes([fits, stage({ from: other, ...into(KERNELS['4.19.4']) })])).toEqual([]);
    expect(codes([kernel, stage({ from: other, ...into(NEW) })])).toEqual([
      'driver-toolkit-of-another-release',
    ]);
    // Its own release's has to get the headers of the new kernel, which a stage can install.
    expect(codes([kernel, stage({ ...into(NEW), packages: [`kernel-devel-${NEW}`] })])).toEqual([]);
  });

  it('is not what another image is, nor one that two releases have', () => {
    expect(codes([stage({ from: image('builder', '7') })])).toEqual([]);
    const shared = { ...RELEASES, '4.19.4': { ...RELEASES['4.19.4'], 'driver-toolkit': image('dtk', 'c') } };
    expect(codes([stage({ from: image('dtk', 'c') })], {}, shared)).toEqual([]);
  });
});

describe('with a base of its own a pool', () => {
  it("is told what of the release need not be of the base's kernel", () => {
    const own = 'base-kernel-unknown steps[0].stage';
    const said = (name: string) =>
      `the pool has a base of its own, and \${release.${name}} need not be of its kernel`;
    expect(errors([stage()], { base: FOREIGN })).toEqual([
      `${own}.copy[0].to: ${said('kernel')}`,
      `${own}.from: ${said('driver-toolkit')}`,
    ]);
    const { diagnostics } = compileIn(root([stage(into(NEW))], { base: FOREIGN }));
    expect(diagnostics).toMatchObject([{ hint: expect.stringContaining('by digest') }]);
  });

  it('says that a toolkit is right by naming it', () => {
    const named = stage({ from: RELEASES['4.19.3']['driver-toolkit'], ...into(NEW) });
    expect(codes([named], { base: FOREIGN })).toEqual([]);
  });

  it('has the kernel of the release whose image that is', () => {
    const pool = {
      release: '4.19.4',
      base: RELEASES['4.19.3']['rhel-coreos'].replace('q.io', 'mirror.io'),
    };
    const toolkit = (release: keyof typeof RELEASES) => ({ from: RELEASES[release]['driver-toolkit'] });
    expect(codes([stage({ ...toolkit('4.19.3'), ...into(KERNELS['4.19.3']) })], pool)).toEqual([]);
    expect(codes([stage({ ...toolkit('4.19.4'), ...into(KERNELS['4.19.4']) })], pool)).toEqual([
      'driver-toolkit-of-another-release',
      'module-of-another-kernel',
    ]);
    expect(codes([stage()], pool)).toContain('base-kernel-unknown');
  });

  it("has its release's kernel where the base is the release's image from a mirror", () => {
    const base = RELEASES['4.19.3']['rhel-coreos'].replace('q.io', 'mirror.io');
    expect(codes([stage()], { base })).toEqual([]);
    expect(codes([stage({ from: RELEASES['4.19.4']['driver-toolkit'] })], { base })).toEqual([
      'driver-toolkit-of-another-release',
    ]);
  });

  it('may replace the kernel, and then knows it', () => {
    expect(codes([kernel, stage(into(NEW))], { base: FOREIGN })).toEqual([]);
  });

  it('needs no Release document to be told', () => {
    expect(codes([stage(into(NEW))], { base: FOREIGN }, {})).toEqual(['base-kernel-unknown']);
  });
});

describe('with kernelType: realtime', () => {
  const realtime = { kernelType: 'realtime' };

  it('a module has to be for the realtime kernel', () => {
    const { diagnostics } = compileIn(root([stage()], realtime));
    expect(diagnostics).toMatchObject([
      {
        code: 'module-of-another-kernel',
        message: expect.stringMatching(/the kernel is 5\.14\.0-570\.16\.1\.el9_6\.x86_64\+rt$/),
        origin: { path: ['steps', 0, 'stage', 'copy', 0, 'to'] },
        related: [{ origin: { path: ['kernelType'] } }],
      },
    ]);
    expect(codes([stage(into('${release.kernel}+rt'))], realtime)).toEqual([]);
    expect(codes([stage()], { kernelType: 'default' })).toEqual([]);
  });

  it('a layer may have it for both kernels', () => {
    const both = [stage(), writes(`/usr/lib/modules/${KERNELS['4.19.3']}+rt/extra/a.ko`)];
    expect(codes(both, realtime)).toEqual([]);
  });
});

describe('a base of a later release', () => {
  const base = RELEASES['4.19.4']['rhel-coreos'].replace('q.io', 'mirror.io');
  const label = { labels: { a: 'b' } };

  it("is an error where the pool's release is the older one", () => {
    expect(errors([label], { base })).toEqual([
      'newer-than-cluster base: the base is the OS image of 4.19.4, and the pool is of 4.19.3',
    ]);
    expect(codes([label], { base, release: '4.19.4' })).toEqual([]);
  });

  it('is right where an older release has the same image', () => {
    const same = { '4.19.3': RELEASES['4.19.4'], '4.19.4': RELEASES['4.19.4'] };
    expect(codes([label], { base }, same)).toEqual([]);
  });

  it("is an error where the cluster's is, whatever the pool says", () => {
    const folder = root([label], { base, release: '4.19.4' });
    const { library } = loadLibrary(folder);
    const cluster = {
      value: { name: 'prod', release: '4.19.3' as ReleaseVersion },
      origin: { file: 'layers/clusters.yaml' },
    };
    const { diagnostics } = compilePool({
      pool: library.pools[0]!,
      cluster,
      library,
      sources: openSources(folder),
    });
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'the pool is built for 4.19.4, and prod runs 4.19.3',
      'the base is the OS image of 4.19.4, and prod runs 4.19.3',
    ]);
  });
});
