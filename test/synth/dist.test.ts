import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { compare, readFiles, replace, restore } from '../../src/synth/dist.ts';
import { asText, temporaryRepository } from './temporary-repository.ts';

const files = (record: Record<string, string>) => new Map(Object.entries(record));

function folder(content: Record<string, string> = {}) {
  const { root, write } = temporaryRepository();
  write(Object.fromEntries(Object.entries(content).map(([path, text]) => [`dist/${path}`, text])));
  return {
    root,
    dist: join(root, 'dist'),
    left: () => readdirSync(root).filter((name) => name.startsWith('.')),
  };
}

describe('dist/', () => {
  it('holds the given files and no others, and says what changed', () => {
    const { dist } = folder({ 'a/b': 'old', kept: 'same', gone: 'x' });
    expect(replace(dist, files({ 'a/b': 'new', kept: 'same', added: '' }))).toEqual([
      { path: 'a/b', change: 'changed' },
      { path: 'added', change: 'added' },
      { path: 'gone', change: 'removed' },
    ]);
    expect(asText(readFiles(dist))).toEqual({ 'a/b': 'new', added: '', kept: 'same' });
  });

  it('is not touched where nothing changes', () => {
    const { dist } = folder({ a: '1' });
    const before = statSync(dist).ino;
    expect(replace(dist, files({ a: '1' }))).toEqual([]);
    expect(statSync(dist).ino).toBe(before);
  });

  it('is made where there is none, and is empty where the last pool goes', () => {
    const { dist } = folder();
    replace(dist, files({ a: '1' }));
    expect(replace(dist, new Map())).toEqual([{ path: 'a', change: 'removed' }]);
    expect(readdirSync(dist)).toEqual([]);
  });

  it('takes a file for a folder of that name, and the other way round', () => {
    const { dist } = folder({ 'a/b': '1', c: '2' });
    replace(dist, files({ a: '1', 'c/d': '2' }));
    expect(asText(readFiles(dist))).toEqual({ a: '1', 'c/d': '2' });
  });

  it('never reads what a link leads to, and replaces the link', () => {
    const { root, dist } = folder({ a: '1' });
    const secret = join(root, 'secret');
    writeFileSync(secret, 'same');
    symlinkSync(secret, join(dist, 'link'));
    symlinkSync('/nonexistent', join(dist, 'dangling'));
    symlinkSync(root, join(dist, 'folder'));
    expect(compare(dist, files({ a: '1', link: 'same' }))).toEqual([
      { path: 'dangling', change: 'removed' },
      { path: 'folder', change: 'removed' },
      { path: 'link', change: 'changed' },
    ]);
    replace(dist, files({ a: '1', link: 'other' }));
    expect(asText(readFiles(dist))).toEqual({ a: '1', link: 'other' });
    expect(asText(readFiles(root)).secret).toBe('same');
  });

  it('becomes a folder where it is a link, as it does with cdk8s, and what the link led to stays', () => {
    const { root, dist } = folder();
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere/kept'), '1');
    symlinkSync('elsewhere', dist);
    replace(dist, files({ a: '1' }));
    expect(asText(readFiles(dist))).toEqual({ a: '1' });
    expect(existsSync(join(root, 'elsewhere/kept'))).toBe(true);
  });

  it('has files and folders that everybody may read, whatever temporary folders have', () => {
    const { dist } = folder();
    replace(dist, files({ 'a/b': '1' }));
    const mode = (path: string) => (statSync(join(dist, path)).mode & 0o777).toString(8);
    const umask = process.umask();
    expect([mode('.'), mode('a'), mode('a/b')]).toEqual([
      (0o777 & ~umask).toString(8),
      (0o777 & ~umask).toString(8),
      (0o666 & ~umask).toString(8),
    ]);
  });

  it('is as it was where writing fails half way, and nothing is left beside it', () => {
    const { dist, left, root } = folder({ a: '1' });
    expect(() => replace(dist, files({ b: '2', 'b/c': 'b is a file' }))).toThrow(/dist-unwritable/);
    expect(asText(readFiles(dist))).toEqual({ a: '1' });
    expect(left()).toEqual(['.layers']);
    expect(readdirSync(join(root, '.layers'))).toEqual([]);
  });

  it('is as it was where there is no room for the next one', () => {
    const { root, dist } = folder({ a: '1' });
    writeFileSync(join(root, '.layers'), 'a file, where a folder is needed');
    restore(dist);
    expect(() => replace(dist, files({ a: '2' }))).toThrow(/dist-unwritable/);
    expect(asText(readFiles(dist))).toEqual({ a: '1' });
  });

  it('comes back where a process died between moving the old one away and the new one in', () => {
    const { root, dist } = folder({ a: '1' });
    // One that died a little later, long ago, has left what is no longer true.
    mkdirSync(join(root, '.layers/dist.9/before'), { recursive: true });
    utimesSync(join(root, '.layers/dist.9'), 0, 0);
    const work = join(root, '.layers/dist.12345');
    mkdirSync(join(work, 'next'), { recursive: true });
    renameSync(dist, join(work, 'before'));
    restore(dist);
    expect(asText(readFiles(dist))).toEqual({ a: '1' });
    expect(readdirSync(join(root, '.layers'))).toEqual(['dist.9']);
    restore(dist);
    expect(asText(readFiles(dist))).toEqual({ a: '1' });
  });

  it('is whole, old or new, whenever a synth is killed', async () => {
    const texts = (mark: string) =>
      Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}/file`, mark]));
    const { root, dist } = folder(texts('old'));
    const script = `import { replace } from ${JSON.stringify(join(process.cwd(), 'src/synth/dist.ts'))};
process.stdout.write('.');
for (let turn = 0; ; turn++) replace(${JSON.stringify(dist)}, new Map(Array.from({ length: 300 }, (_, index) => [index + '/file', String(turn)])));`;
    for (let turn = 0; turn < 5; turn++) {
      const synth = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
      const ended = once(synth, 'exit');
      // It is at work from its sign on, however long it took to get there.
      await Promise.race([once(synth.stdout, 'data'), ended]);
      await setTimeout(20 + turn * 37);
      synth.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      restore(dist);
      const found = asText(readFiles(dist));
      expect(Object.keys(found)).toHaveLength(300);
      expect(new Set(Object.values(found)).size).toBe(1);
    }
    // What the killed ones left is in a folder that git ignores, and nowhere else.
    expect(readdirSync(root).sort()).toEqual(['.layers', 'cdk8s.yaml', 'dist']);
  });
});
