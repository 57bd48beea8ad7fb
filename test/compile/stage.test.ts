import { describe, expect, it } from 'vitest';
import {
  compile,
  compileIn,
  DIGEST,
  errorsOf,
  MACHINE_OS_CONFIG,
  OTHER,
  repository,
} from './compile-pool.ts';

const MODULE = {
  name: 'module',
  from: '${release.driver-toolkit}',
  files: [{ path: '/src/Makefile', content: 'obj-m += a.o\n' }],
  run: ['make -C /usr/src/kernels/${release.kernel} modules'],
  copy: [{ from: '/src/a.ko', to: '/usr/lib/modules/${release.kernel}/extra/a.ko' }],
};
const images = { 'driver-toolkit': `q.io/dtk@${OTHER}`, kernel: '5.14.0-570.16.1.el9_6.x86_64' };
const layersOf = (...steps: object[]) => [{ name: 'gpu', steps }];
const layers = layersOf({ stage: MODULE });

describe('a stage', () => {
  it('is printed before the last one, which copies from it; neither commits nor cleans', () => {
    expect(compile({ layers, images }).containerfile).toBe(
      `# gpu: stage
FROM q.io/dtk@${OTHER} AS module
COPY --chmod=0644 --chown=root:root Makefile.${makefileSum()} /src/Makefile
RUN make -C /usr/src/kernels/5.14.0-570.16.1.el9_6.x86_64 modules

FROM q.io/base@${DIGEST}

# gpu: stage
COPY --from=module /src/a.ko /usr/lib/modules/5.14.0-570.16.1.el9_6.x86_64/extra/a.ko

RUN depmod 5.14.0-570.16.1.el9_6.x86_64

RUN bootc container lint
`,
    );
  });

  it('has its files in its commands where the cluster builds', () => {
    const { containerfile } = compile({ layers, images, pool: { target: MACHINE_OS_CONFIG } });
    expect(containerfile).toContain("printf '%s\\n' 'obj-m += a.o' > /src/Makefile");
    expect(containerfile).toContain('FROM configs AS final\nCOPY --from=module');
  });

  it('is part of what is built', () => {
    const { hash } = compile({ layers, images });
    expect(compile({ layers: layersOf({ stage: { ...MODULE, run: ['make'] } }), images }).hash).not.toBe(
      hash,
    );
    expect(compile({ layers, images: { ...images, 'driver-toolkit': `q.io/dtk@${DIGEST}` } }).hash).not.toBe(
      hash,
    );
    expect(compile({ layers, images: { ...images, 'driver-toolkit': `mirror.io/dtk@${OTHER}` } }).hash).toBe(
      hash,
    );
  });

  it('knows the release by a closed list of names', () => {
    const run = ['echo ${release.version} ${HOME}'];
    expect(errorsOf({ layers: layersOf({ stage: { ...MODULE, run } }), images })).toEqual([
      'unknown-variable steps[0].stage.run[0]: ${release.version} is not known',
    ]);
  });

  it('is told what the Release document lacks', () => {
    const { kernel: _, ...others } = images;
    expect(errorsOf({ layers, images: others })).toContain(
      'release-lacks steps[0].stage.run[0]: the Release document of 4.19.3 has no kernel',
    );
  });

  it("after a kernel step has to name the kernel: the release's is not the image's", () => {
    const kernel = { version: '5.14.0-1.el9.x86_64', baseurl: 'https://example.com/kernels' };
    const after = layersOf({ kernel }, { stage: MODULE });
    expect(errorsOf({ layers: after, images }).map((error) => error.split(':')[0])).toEqual([
      'kernel-replaced steps[1].stage.run[0]',
      'kernel-replaced steps[1].stage.copy[0].to',
    ]);
  });

  it('has a name that no other stage has, the ones of the build itself included', () => {
    expect(errorsOf({ layers: layersOf({ stage: { ...MODULE, name: 'configs' } }), images })[0]).toContain(
      'stage-reserved',
    );
    const another = { ...structuredClone(MODULE), copy: [{ from: '/a', to: '/usr/a' }] };
    const twice = layersOf({ stage: MODULE }, { stage: another });
    const { diagnostics } = compileIn(repository({ layers: twice, images }));
    expect(diagnostics).toMatchObject([{ code: 'stage-twice', related: [{ message: 'the first one' }] }]);
  });

  it('is made from an image by digest', () => {
    expect(() =>
      errorsOf({ layers: layersOf({ stage: { ...MODULE, from: 'q.io/dtk:latest' } }), images }),
    ).toThrow('has no digest');
  });
});

function makefileSum(): string {
  return /Makefile\.(\w+)/.exec(compile({ layers, images }).containerfile)![1]!;
}
