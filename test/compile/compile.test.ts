import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compilePool } from '../../src/compile/compile.ts';
import { effectivePool } from '../../src/compile/effective.ts';
import { openSources } from '../../src/compile/sources.ts';
import { collect } from '../../src/spec/library.ts';
import { loadLibrary } from '../../src/spec/load.ts';
import { readContainerfile } from '../containerfile/containerfile-reader.ts';
import { compile, compileIn, DIGEST, errorsOf, MACHINE_OS_CONFIG, repository } from './compile-pool.ts';

const packages = (name: string) => ({ packages: { install: [name] } });
const layer = (name: string, ...steps: object[]) => ({ name, steps });
const shells = (text: string) =>
  readContainerfile(text).flatMap(({ keyword, rest }) => (keyword === 'RUN' ? String(rest) : []));

describe('layers', () => {
  const LAYERS = [layer('b', packages('b1'), packages('b2')), layer('a', packages('a1'))];

  it('are composed in the order of the pool, and never reordered', () => {
    const { containerfile, traced } = compile({
      layers: LAYERS,
      pool: { layers: ['b', { name: 'inline', steps: [packages('i')] }, 'a'] },
    });
    expect(containerfile.match(/(?<=install -y )\S+/g)).toEqual(['b1', 'b2', 'i', 'a1']);
    expect(traced.map(({ layer, kind }) => `${layer ?? '-'} ${kind}`)).toEqual([
      'b packages',
      'b packages',
      'inline packages',
      'a packages',
      '- end',
    ]);
  });

  it('that are not there are told with those that are', () => {
    const { diagnostics } = compileIn(repository({ layers: LAYERS, pool: { layers: ['b', 'c'] } }));
    expect(diagnostics).toMatchObject([
      {
        code: 'unknown-layer',
        message: 'there is no layer c',
        hint: 'Known are: b, a.',
        origin: { file: 'layers/all.yaml', path: ['layers', 1] },
      },
    ]);
  });

  it('are in a pool once, by name or written in place', () => {
    expect(errorsOf({ layers: LAYERS, pool: { layers: ['a', 'b', 'a'] } })).toEqual([
      'layer-twice layers[2]: the pool has the layer a twice',
    ]);
    expect(errorsOf({ layers: LAYERS, pool: { layers: ['a', layer('a', packages('x'))] } })).toEqual([
      'layer-twice layers[1]: the pool has the layer a twice',
    ]);
  });
});

describe('a release', () => {
  it('has a document, unless the pool has a base of its own', () => {
    expect(errorsOf({ pool: { release: '4.20.0' } })).toEqual([
      'unknown-release release: there is no Release document for 4.20.0',
    ]);
    const { containerfile } = compile({ pool: { release: '4.20.0', base: `other.io/base:tag@${DIGEST}` } });
    expect(containerfile.split('\n')[0]).toBe(`FROM other.io/base@${DIGEST}`);
  });

  it('up to 4.18 has every RUN commit for itself, after it has cleaned up', () => {
    const steps = [packages('a'), { run: { reason: 'x', commands: ['false || true'] } }];
    const key = { id: 'v', baseurl: 'https://e.com/', gpgcheck: false };
    const { containerfile } = compile({
      pool: { release: '4.18.21' },
      layers: [layer('x', { repository: key }, ...steps)],
    });
    const runs = shells(containerfile);
    expect(runs).toHaveLength(4);
    for (const shell of runs) expect(shell).toMatch(/&&\s+ostree container commit$/);
    expect(runs[1]).toMatch(/dnf clean all &&\s+rm -rf \/var\/cache\/dnf .*&&\s+ostree container commit$/);
    // What the steps left for the end has a RUN of its own, which commits as well.
    expect(runs[3]).toMatch(/^rm -f \/etc\/yum\.repos\.d\/v\.repo &&/);
    expect(containerfile).not.toContain('bootc');
  });

  it('from 4.19 on has one lint at the very end', () => {
    const { containerfile } = compile({ layers: [layer('x', packages('a'), packages('b'))] });
    const runs = shells(containerfile);
    expect(containerfile.match(/bootc container lint/g)).toHaveLength(1);
    expect(runs.at(-1)).toBe('bootc container lint');
    expect(containerfile).not.toContain('ostree container commit');
  });

  it('before 4.18 has no MachineOSConfig of this kind', () => {
    expect(errorsOf({ pool: { release: '4.17.2', target: MACHINE_OS_CONFIG } })).toEqual([
      'machineosconfig-too-old release: OpenShift 4.17.2 has another, older MachineOSConfig API',
    ]);
  });
});

describe('a value that a pool has from its defaults', () => {
  it('is told at their place where it is wrong', () => {
    const defaults = `kind: PoolDefaults\nrelease: "4.17.2"\nbase: q.io/base@${DIGEST}\n`;
    const { diagnostics } = compileIn(
      repository({
        pool: { release: undefined, target: MACHINE_OS_CONFIG },
        files: { 'defaults.yaml': defaults },
      }),
    );
    expect(diagnostics.map(({ code, origin }) => [code, origin!.file, origin!.path])).toEqual([
      ['base-not-ours', 'layers/defaults.yaml', ['base']],
      ['machineosconfig-too-old', 'layers/defaults.yaml', ['release']],
    ]);
  });

  it('changes the hash as its own value does, wherever it is written', () => {
    const own = compile({ pool: { refresh: '1' } });
    const inherited = compile({ files: { 'defaults.yaml': 'kind: PoolDefaults\nrefresh: "1"\n' } });
    expect(inherited.hash).toBe(own.hash);
    expect(inherited.containerfile).toBe(own.containerfile);
  });
});

describe('a pool that the cluster builds', () => {
  const cluster = (steps: object[], pool: object = {}) => ({
    layers: [layer('x', ...steps)],
    pool: { target: MACHINE_OS_CONFIG, ...pool },
  });

  it('starts from the configs stage and has no comments: a changed reason changes no byte', () => {
    const hotfix = (reason: string) => ({ hotfix: { reason, rpms: [{ url: 'https://e.com/a.rpm' }] } });
    const [one, two] = ['a ticket', 'another'].map((reason) => compile(cluster([hotfix(reason)])));
    expect(one!.containerfile.split('\n')[0]).toBe('FROM configs AS final');
    expect(one!.containerfile).not.toMatch(/^\s*#/m);
    expect(one!.containerfile).toBe(two!.containerfile);
    expect(one!.by).toBe('cluster');
  });

  it('changes by refresh, which starts a build', () => {
    const [one, two] = [{}, { refresh: '2026-11' }].map((more) => compile(cluster([packages('a')], more)));
    expect(two!.containerfile).toBe(
      one!.containerfile.replace('\n', '\nLABEL cdk8s-os-layers/refresh=2026-11\n'),
    );
  });

  it('has no context to take an RPM from, and carries files within its commands', () => {
    expect(
      errorsOf({
        ...cluster([{ rpms: { rpms: [{ file: 'files/a.rpm' }] } }]),
        files: { 'files/a.rpm': 'a' },
      }),
    ).toEqual([
      'no-build-context steps[0].rpms.rpms[0].file: a build on the cluster cannot read files of this repository',
    ]);
    const { containerfile, files } = compile({
      ...cluster([{ files: [{ path: '/etc/a', source: 'files/a' }] }]),
      files: { 'files/a': 'one\ntwo\n' },
    });
    expect(containerfile).toContain('one \\\n        two > /etc/a');
    expect(files).toEqual([]);
  });

  it('has no build and no base of its own', () => {
    expect(errorsOf(cluster([packages('a')], { build: 'local', base: `q.io/base@${DIGEST}` }))).toEqual([
      'build-not-ours build: the cluster builds this pool itself, from its MachineOSConfig',
      'base-not-ours base: the cluster builds this pool from the OS image of its own release',
    ]);
  });

  it('fits into 4,096 characters, to the last one, and is told what each layer costs where it does not', () => {
    const file = (length: number) => ({ files: [{ path: '/etc/a', content: 'ü'.repeat(length) }] });
    const used = [...compile(cluster([file(1)])).containerfile].length;
    const most = 4096 - used + 1;
    expect([...compile(cluster([file(most)])).containerfile]).toHaveLength(4096);
    const input = {
      layers: [layer('small', packages('a')), layer('big', file(most))],
      pool: { target: MACHINE_OS_CONFIG },
    };
    const { compiled, diagnostics } = compileIn(repository(input));
    expect(compiled).toBeUndefined();
    expect(diagnostics).toHaveLength(1);
    const [{ code, message, hint, origin }] = diagnostics as [(typeof diagnostics)[0]];
    expect({ code, path: origin!.path }).toEqual({ code: 'containerfile-too-long', path: ['layers'] });
    const [, total] = /^its Containerfile has (\d+) characters, and a MachineOSConfig holds 4096$/.exec(
      message,
    )!;
    const costs = [...hint!.matchAll(/(small|big|what every stage has) (\d+)/g)];
    expect(costs.map(([, name]) => name)).toEqual(['small', 'big', 'what every stage has']);
    // The costs and the FROM are all of it.
    const sum = costs.reduce((all, [, , cost]) => all + Number(cost), 'FROM configs AS final\n'.length);
    expect(sum).toBe(Number(total));
    // No other target has this limit.
    expect(compile({ ...input, pool: {} }).by).toBe('local');
  });
});

describe('a source', () => {
  const input = { layers: [layer('x', { files: [{ path: '/etc/a', source: 'files/d/a' }] })] };
  const at = 'no-source steps[0].files[0].source:';

  it('is there', () => {
    expect(errorsOf(input)).toEqual([`${at} there is no layers/files`]);
    expect(errorsOf({ ...input, files: { 'files/d/b': '' } })).toEqual([
      `${at} there is no layers/files/d/a`,
    ]);
  });

  it('is a regular file, and no link on the way leads elsewhere', () => {
    const file = repository({ ...input, files: { 'files/d/b': 'b' } });
    symlinkSync('b', join(file, 'layers/files/d/a'));
    expect(errorsOf(file)).toEqual([`${at} layers/files/d/a is a symbolic link`]);
    const folder = repository({ ...input, files: { 'other/a': 'a' } });
    mkdirSync(join(folder, 'layers/files'));
    symlinkSync('../other', join(folder, 'layers/files/d'));
    expect(errorsOf(folder)).toEqual([`${at} layers/files/d is a symbolic link`]);
  });

  it('is not a folder where one file is meant, nor below a file', () => {
    const unit = layer('unit', { systemd: { units: [{ name: 'a.service', source: 'files/d/a' }] } });
    expect(errorsOf({ layers: [unit], files: { 'files/d/a/b': '' } })).toEqual([
      'no-source steps[0].systemd.units[0].source: layers/files/d/a is not a file',
    ]);
    const root = repository({ ...input, files: { 'files/d/a': '' } });
    rmSync(join(root, 'layers/files/d'), { recursive: true });
    writeFileSync(join(root, 'layers/files/d'), '');
    expect(errorsOf(root)).toEqual([`${at} layers/files/d is not a folder`]);
  });
});

it('says everything that is wrong with a pool at once', () => {
  expect(
    errorsOf({
      layers: [layer('x', { files: [{ path: '/a', source: 'files/a' }] })],
      pool: { release: '4.20.1', layers: ['x', 'y', 'x'], target: MACHINE_OS_CONFIG, build: 'local' },
    }).map((error) => error.split(' ')[0]),
  ).toEqual(['unknown-release', 'build-not-ours', 'unknown-layer', 'layer-twice', 'no-source']);
});

describe('a mistake in a document', () => {
  it('is the only one that is told: what names the document is not wrong', () => {
    const root = repository({ layers: [layer('a', { packages: { install: ['a;b'] } })] });
    const { library, diagnostics } = loadLibrary(root);
    expect(diagnostics.map(({ code }) => code)).toEqual(['invalid-value']);
    const [pool] = library.pools;
    expect(compilePool({ pool: pool!, library, sources: openSources(root) }).diagnostics).toEqual([]);
  });

  it('in what pools have in common is not also told of every pool', () => {
    const { library, diagnostics } = collect(
      [
        { kind: 'PoolDefaults', name: 'far', release: 4.2, target: { machineConfig: { image: 'q.io/os' } } },
        { kind: 'PoolDefaults', layers: ['A'] },
        { kind: 'Pool', name: 'worker', extends: 'far' },
        { kind: 'Pool', name: 'infra' },
      ].map((data, document) => ({ data, origin: { file: 'layers/a.yaml', document } })),
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(['wrong-type', 'invalid-value']);
    for (const pool of library.pools) expect(effectivePool(pool, library).diagnostics).toEqual([]);
  });
});
