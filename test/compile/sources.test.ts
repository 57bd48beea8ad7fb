import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile, compileIn, errorsOf, MACHINE_OS_CONFIG, repository } from './compile-pool.ts';

const layers = [{ name: 'conf', steps: [{ files: [{ path: '/etc/d', source: 'files/d' }] }] }];
const pathsOf = (containerfile: string) =>
  [...containerfile.matchAll(/install -T -m 0644 \S+ (.+?)(?: && \\)?\n/g)].map(([, path]) => path);

/** A repository with the folder, and what is done to it. */
function errorsWith(change: (folder: string) => void, files: Record<string, string> = { 'files/d/a': 'a' }) {
  const root = repository({ layers, files });
  change(join(root, 'layers/files/d'));
  return errorsOf(root);
}
const said = (text: string) => [`source-tree steps[0].files[0].source: ${text}`];

describe('a folder as source', () => {
  it('has all its files, hidden ones too, in the order of their bytes', () => {
    const names = [
      'b',
      'a.conf',
      'a/z',
      '.hidden',
      'B',
      '\u{1f600}',
      '\uff5e',
      'dev-disk-by\\x2dlabel.mount',
    ];
    const files = Object.fromEntries(names.map((name) => [`files/d/${name}`, name]));
    const { containerfile, files: context } = compile({ layers, files });
    const inOrder = [
      '.hidden',
      'B',
      'a.conf',
      'a/z',
      'b',
      'dev-disk-by\\x2dlabel.mount',
      '\uff5e',
      '\u{1f600}',
    ];
    const quoted = inOrder.map((name) => (/^[\w./-]+$/.test(name) ? `/etc/d/${name}` : `'/etc/d/${name}'`));
    expect(pathsOf(containerfile)).toEqual(quoted);
    expect(context.map(({ source }) => source).sort()).toEqual(
      names.map((n) => `layers/files/d/${n}`).sort(),
    );
  });

  it('has the mode that git has: executable by its owner or not, whatever else', () => {
    const root = repository({ layers, files: { 'files/d/a': '', 'files/d/b': '' } });
    chmodSync(join(root, 'layers/files/d/a'), 0o700);
    chmodSync(join(root, 'layers/files/d/b'), 0o664);
    const { containerfile } = compileIn(root).compiled!;
    expect(containerfile).toMatch(/-m 0755 \S+ \/etc\/d\/a /);
    expect(containerfile).toMatch(/-m 0644 \S+ \/etc\/d\/b\n/);
  });

  it('changes the build with any byte, name or mode of it', () => {
    const root = repository({ layers, files: { 'files/d/a': 'a' } });
    chmodSync(join(root, 'layers/files/d/a'), 0o755);
    const hashOf = (files: Record<string, string>) => compile({ layers, files }).hash;
    const folders: Record<string, string>[] = [
      { 'files/d/a': 'a' },
      { 'files/d/a': 'b' },
      { 'files/d/b': 'a' },
      { 'files/d/a': 'a', 'files/d/b': 'b' },
    ];
    const hashes = folders.map(hashOf);
    expect(new Set([...hashes, compileIn(root).compiled!.hash]).size).toBe(5);
    expect(hashOf({ 'files/d/a': 'a' })).toBe(hashes[0]);
  });

  it('is within the commands of what the cluster builds', () => {
    const files = { 'files/d/a': 'one\n' };
    const { containerfile, files: context } = compile({ layers, files, pool: { target: MACHINE_OS_CONFIG } });
    expect(containerfile).toContain("printf '%s\\n' one > /etc/d/a");
    expect(context).toEqual([]);
  });

  it('is told what cannot be carried', async () => {
    expect(errorsWith((folder) => symlinkSync('a', join(folder, 'link')))).toEqual(
      said('layers/files/d/link is a symbolic link'),
    );
    expect(errorsWith((folder) => mkdirSync(join(folder, 'empty')))).toEqual(
      said('layers/files/d/empty has no files'),
    );
    expect(errorsWith((folder) => writeFileSync(join(folder, 'a\nb'), ''))).toEqual(
      said('layers/files/d: "/a\\nb" has control characters, which no path should'),
    );
    const latin = (folder: string) =>
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xfc])]), '');
    expect(errorsWith(latin)).toEqual(said('layers/files/d has "f\ufffd", whose name is not UTF-8'));
    const root = repository({ layers, files: { 'files/d/a': 'a' } });
    const server = createServer().listen(join(root, 'layers/files/d/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(errorsOf(root)).toEqual(said('layers/files/d/socket is not a file or folder'));
    server.close();
  });

  it.each([
    'a~',
    '#a#',
    '.#a',
    '.a.swp',
    'a.orig',
    'a.rej',
    '.DS_Store',
    '.gitkeep',
    '.git/config',
  ])('takes nothing along that was left behind: %s', (name) => {
    const [first] = errorsWith(() => {}, { [`files/d/${name}`]: '', 'files/d/a': '' });
    expect(first).toContain('which looks like something that was left behind');
  });

  it.each([
    '~',
    '.gitconfig',
    'a.bak',
    '.profile',
    'a.swp.conf',
  ])('does not take %s for left behind', (name) => {
    expect(errorsWith(() => {}, { [`files/d/${name}`]: '' })).toEqual([]);
  });

  it('tells all that is wrong at once, in one order', () => {
    const files = { 'files/d/z~': '', 'files/d/b/a~': '', 'files/d/c~': '' };
    expect(errorsWith(() => {}, files).map((line) => /"(.*)"/.exec(line)![1])).toEqual(['c~', 'z~', 'a~']);
  });

  it('has at most 256 files and 64 MiB', () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`files/d/${index}`, '']));
    expect(errorsWith(() => {}, many(256))).toEqual([]);
    expect(errorsWith(() => {}, many(257))).toEqual(said('layers/files/d has more than 256 files'));
    const half = new Uint8Array(32 * 1024 * 1024 + 1);
    const large = (folder: string) => {
      for (const name of ['x', 'y']) writeFileSync(join(folder, name), half);
    };
    expect(errorsWith(large, { 'files/d/e/z': '' })).toEqual(
      said('the files of layers/files/d have 67108866 bytes, and at most 67108864 are taken'),
    );
  });

  it('is no link, and not reached by way of one', () => {
    const root = repository({ layers, files: { 'files/e/a': 'a' } });
    symlinkSync('e', join(root, 'layers/files/d'));
    expect(errorsOf(root)).toEqual(['no-source steps[0].files[0].source: layers/files/d is a symbolic link']);
  });

  it('conflicts with another step by any of its files', () => {
    const other = { name: 'other', steps: [{ files: [{ path: '/etc/d/b/c', content: '' }] }] };
    const input = { layers: [...layers, other], files: { 'files/d/a': '', 'files/d/b/c': '' } };
    expect(errorsOf(input)[0]).toContain('path-twice steps[0].files[0].path: /etc/d/b/c is written twice');
  });
});
