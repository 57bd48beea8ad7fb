import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadLibrary } from '../../src/spec/load.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function repository(files: Record<string, string | Uint8Array>): string {
  const root = mkdtempSync(join(tmpdir(), 'layers-library-'));
  folders.push(root);
  mkdirSync(join(root, 'layers'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'layers', name), content);
  return root;
}

const layer = (name: string) => `kind: Layer\nname: ${name}\nsteps:\n  - packages: { install: [a] }\n`;
const pool = (name: string) =>
  `kind: Pool\nname: ${name}\nrelease: "4.19.3"\nlayers: [tools]\ntarget: { machineConfig: { image: q.io/${name} } }\n`;
const release = `kind: Release\nname: "4.19.3"\namd64: { rhel-coreos: "q.io/base@sha256:${'a1'.repeat(32)}" }\n`;

describe('the documents of layers/', () => {
  it('are found by kind and name, in any file', () => {
    const root = repository({
      'a.yaml': `${layer('tools')}---\n${pool('worker')}`,
      'b.yml': `${release}---\n${pool('infra')}---\n`,
      'README.md': 'not a document',
      '.draft.yaml': 'kind: [',
      'layers.lock': 'format: 1\n',
    });
    const { library, diagnostics } = loadLibrary(root);
    expect(diagnostics).toEqual([]);
    expect([...library.layers.keys()]).toEqual(['tools']);
    expect([...library.releases.keys()]).toEqual(['4.19.3']);
    expect(library.pools.map(({ value, origin }) => [value.name, origin])).toEqual([
      ['infra', { file: 'layers/b.yml', document: 1 }],
      ['worker', { file: 'layers/a.yaml', document: 1 }],
    ]);
  });

  it('keep a pool as it was written, beside what it means', () => {
    const [worker] = loadLibrary(repository({ 'a.yaml': pool('worker') })).library.pools;
    expect(worker!.props).toEqual({
      name: 'worker',
      release: '4.19.3',
      layers: ['tools'],
      target: { machineConfig: { image: 'q.io/worker' } },
    });
    expect(worker!.value.target).toEqual({
      machineConfig: { image: { registry: 'q.io', repository: 'worker' } },
    });
  });

  it.each([
    ['layers', layer('tools'), layer('tools').replace('[a]', '[b]')],
    ['pools', pool('worker'), pool('worker').replace('4.19.3', '4.18.1')],
    ['releases', release, release.replace('base', 'other')],
  ])('of the same name are told with both places: %s', (_, one, two) => {
    const { diagnostics } = loadLibrary(repository({ 'a.yaml': one, 'b.yaml': `---\n---\n${two}` }));
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: 'name-twice',
      severity: 'error',
      origin: { file: 'layers/b.yaml', document: 1, path: ['name'] },
      related: [{ message: 'the first one', origin: { file: 'layers/a.yaml', document: 0, path: ['name'] } }],
    });
  });

  it('of the same name and different kinds are different', () => {
    expect(
      loadLibrary(repository({ 'a.yaml': `${layer('worker')}---\n${pool('worker')}` })).diagnostics,
    ).toEqual([]);
  });

  it('are judged each, and all errors of all files told at once', () => {
    const { diagnostics } = loadLibrary(
      repository({
        'a.yaml': 'kind: Layre\nname: x\n---\nname: y\n---\n- a\n---\nkind: [x]\n',
        'b.yaml': 'a: [\n',
        'c.yaml': layer('Not-A-Name'),
        'd.yaml': Buffer.from('a: gr\xfc\xdfe\n', 'latin1'),
      }),
    );
    expect(
      diagnostics.map(({ origin, message }) => `${origin!.file} ${origin!.document ?? '-'} ${message}`),
    ).toEqual([
      expect.stringMatching(/^layers\/b\.yaml - unexpected end/),
      'layers/d.yaml - this file is not UTF-8',
      'layers/a.yaml 0 "Layre" is not a kind of document',
      'layers/a.yaml 1 this document does not say its kind',
      'layers/a.yaml 2 a document is a mapping',
      'layers/a.yaml 3 ["x"] is not a kind of document',
      expect.stringMatching(/^layers\/c\.yaml 0 "Not-A-Name" is not a name/),
    ]);
    for (const { hint, code } of diagnostics) {
      if (code === 'unknown-kind')
        expect(hint).toBe(
          'A document begins with kind: and one of Layer, Release, Pool, PoolDefaults, Cluster.',
        );
    }
  });

  it('are files of their own: a link is an error, not silence', () => {
    const root = repository({});
    symlinkSync('/etc/hostname', join(root, 'layers', 'a.yaml'));
    symlinkSync('nowhere', join(root, 'layers', '.#b.yaml'));
    mkdirSync(join(root, 'layers', 'c.yaml'));
    expect(loadLibrary(root).diagnostics).toMatchObject([
      { code: 'not-a-file', message: 'this is not a regular file', origin: { file: 'layers/a.yaml' } },
    ]);
  });

  it('are missing where the folder is', () => {
    const root = repository({});
    rmSync(join(root, 'layers'), { recursive: true });
    expect(loadLibrary(root).diagnostics).toMatchObject([
      { code: 'no-layers', source: 'input', severity: 'error' },
    ]);
  });
});
