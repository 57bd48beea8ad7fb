import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { importFiles } from '../../src/actions/import.ts';
import { LayersError } from '../../src/diagnostics.ts';
import { BASE, inRepository } from './support.ts';

const TEXT = `FROM ${BASE}\nRUN dnf install -y htop && make-it-so\nCOPY a.conf /etc/\n`;
const FILES = { 'os/Containerfile': TEXT, 'os/a.conf': 'a\n' };

function importInto(root: string, options: Partial<Parameters<typeof importFiles>[0]> = {}) {
  return importFiles({
    root,
    files: [join(root, 'os/Containerfile')],
    image: 'registry.example.com/os/worker',
    withPool: true,
    fetch: false,
    force: false,
    dryRun: false,
    buildArgs: new Map(),
    ...options,
  });
}

function codeOf(use: () => unknown): string[] {
  try {
    use();
  } catch (error) {
    if (error instanceof LayersError) return error.diagnostics.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe('a repository', () => {
  it('gets documents that layers check has nothing against but what they lack', () => {
    inRepository(FILES, (root) => {
      const { files } = importInto(root);
      expect(files.map(({ path }) => path)).toEqual(['layers/os.yaml', 'layers/files/os/a.conf']);
      expect(readFileSync(join(root, 'layers/files/os/a.conf'), 'utf8')).toBe('a\n');
      const codes = check({ root }).diagnostics.map(({ code }) => code);
      expect(new Set(codes)).toEqual(new Set(['dist-drift', 'pin-missing', 'run-step']));
    });
  });

  it('without a folder of layers gets one', () => {
    inRepository(FILES, (root) => {
      const other = join(root, 'other');
      mkdirSync(other);
      importInto(other, { files: [join(root, 'os/Containerfile')], release: '4.18.3' });
      // The file is outside of it: its path on this machine is nobody's matter.
      expect(readFileSync(join(other, 'layers/os.yaml'), 'utf8')).toMatch(
        /^# Imported from Containerfile\.\n.*reason: imported from Containerfile:2\n/s,
      );
    });
  });

  it('keeps what it has, unless it is told otherwise', () => {
    inRepository(FILES, (root) => {
      importInto(root);
      expect(importInto(root, { force: true }).files).toHaveLength(2);
      expect(codeOf(() => importInto(root))).toEqual(['name-twice', 'name-twice']);
      writeFileSync(
        join(root, 'layers/os.yaml'),
        'kind: Layer\nname: other\nsteps: [{ packages: { install: [a] } }]\n',
      );
      expect(codeOf(() => importInto(root))).toEqual(['file-exists']);
      expect(readFileSync(join(root, 'layers/os.yaml'), 'utf8')).toMatch(/name: other/);
      importInto(root, { force: true });
      expect(readFileSync(join(root, 'layers/os.yaml'), 'utf8')).toMatch(/name: os\n/);
    });
  });

  it('has a pool of the name already', () => {
    const pool =
      'kind: Pool\nname: os\nrelease: "4.19.3"\nlayers: [{ name: a, steps: [{ packages: { install: [a] } }] }]\ntarget: { machineConfig: { image: registry.example.com/os/os } }\n';
    inRepository({ ...FILES, 'layers/pools.yaml': pool }, (root) => {
      expect(codeOf(() => importInto(root))).toEqual(['name-twice']);
      expect(importInto(root, { withPool: false }).files[0]!.text).not.toMatch(/Pool/);
    });
  });

  it('gets nothing at all of a dry run, or where something is wrong', () => {
    inRepository(
      { ...FILES, 'bad/Containerfile': `FROM ${BASE}\nRUN dnf install -y a\nCOPY missing /etc/\n` },
      (root) => {
        importInto(root, { dryRun: true });
        const files = ['os', 'bad'].map((name) => join(root, name, 'Containerfile'));
        expect(codeOf(() => importInto(root, { files }))).toContain('not-in-context');
        expect(readdirSync(join(root, 'layers'))).toEqual(['releases.yaml']);
      },
    );
  });

  it('gets a layer for each of several files', () => {
    inRepository({ ...FILES, 'Containerfile.other': `FROM ${BASE}\nRUN dnf install -y a\n` }, (root) => {
      const files = ['os/Containerfile', 'Containerfile.other'].map((name) => join(root, name));
      const { reports } = importInto(root, { files });
      expect(existsSync(join(root, 'layers/other.yaml'))).toBe(true);
      expect(reports.map(({ file, leftToRun }) => [file, leftToRun])).toEqual([
        ['os/Containerfile', 1],
        ['Containerfile.other', 0],
      ]);
      expect(codeOf(() => importInto(root, { files, name: 'one' }))).toEqual(['one-name']);
    });
  });

  it('is told what a build on the cluster needs', () => {
    inRepository(
      { ...FILES, 'os/Containerfile': 'FROM configs AS final\nRUN dnf install -y htop\n' },
      (root) => {
        expect(codeOf(() => importInto(root))).toEqual(['no-push-spec']);
        expect(codeOf(() => importInto(root, { pushSpec: 'a.example.com/b:c' }))).toEqual(['no-push-spec']);
        expect(importInto(root, { base: BASE }).files[0]!.text).toMatch(/machineConfig/);
      },
    );
  });

  it('is told where a download cannot be fetched for its sum', () => {
    const text = `FROM ${BASE}\nRUN curl -o /usr/bin/yq http://127.0.0.1:1/yq\n`;
    inRepository({ ...FILES, 'os/Containerfile': text }, (root) => {
      expect(codeOf(() => importInto(root, { fetch: true }))).toEqual(['fetch-failed']);
      const [report] = importInto(root).reports;
      expect(report!.left).toMatchObject([{ lines: '2', why: expect.stringContaining('--fetch') }]);
    });
  });

  it.each([
    ['a folder', ['layers'], 'no-file'],
    ['what is not there', ['nothing'], 'no-file'],
    ['what is not text', ['binary'], 'not-text'],
  ])('is not given %s', (_, files, code) => {
    inRepository({ binary: new Uint8Array([0x46, 0, 0xff]) }, (root) => {
      expect(codeOf(() => importInto(root, { files: files.map((file) => join(root, file)) }))).toEqual([
        code,
      ]);
    });
  });
});
