import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unfinishedWrite, writeTogether } from '../../src/build/write-together.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const files = (text: string | undefined) =>
  new Map(['a', 'b', 'c'].map((name) => [`layers/lock/${name}.lock`, text]));

function repository() {
  const made = temporaryRepository(
    Object.fromEntries(['a', 'b', 'c'].map((name) => [`layers/lock/${name}.lock`, 'old'])),
  );
  const texts = () =>
    readdirSync(join(made.root, 'layers/lock'))
      .sort()
      .map((name) => made.read(`layers/lock/${name}`));
  const journal = join(made.root, '.layers/pinning');
  return { ...made, texts, journal };
}

describe('files that are written together', () => {
  it('are all written, or removed, and then the next thing is done', async () => {
    const { root, texts, journal } = repository();
    const seen: string[][] = [];
    expect(await writeTogether(root, files('new'), () => seen.push(texts()))).toBe(true);
    expect(seen).toEqual([['new', 'new', 'new']]);
    expect(await writeTogether(root, new Map([['layers/lock/b.lock', undefined]]), () => {})).toBe(true);
    expect(texts()).toEqual(['new', 'new']);
    expect(existsSync(journal)).toBe(false);
  });

  it('are not touched where they are the same', async () => {
    const { root } = repository();
    const before = statSync(join(root, 'layers/lock/a.lock')).ino;
    expect(await writeTogether(root, files('old'), () => {})).toBe(false);
    expect(statSync(join(root, 'layers/lock/a.lock')).ino).toBe(before);
    expect(existsSync(join(root, '.layers'))).toBe(false);
  });

  it('keep their permissions, whatever the umask is', async () => {
    const { root } = repository();
    chmodSync(join(root, 'layers/lock/a.lock'), 0o664);
    chmodSync(join(root, 'layers/lock/b.lock'), 0o600);
    const umask = process.umask(0o077);
    try {
      await writeTogether(root, files('new'), () => {});
    } finally {
      process.umask(umask);
    }
    const modes = ['a', 'b'].map((name) => statSync(join(root, `layers/lock/${name}.lock`)).mode & 0o777);
    expect(modes).toEqual([0o664, 0o600]);
  });

  it('are as they were where the next thing fails, those that were not there too', async () => {
    const { root, texts, journal } = repository();
    const next = () => {
      throw new Error('no');
    };
    const more = new Map([...files('new'), ['layers/lock/d.lock', 'new']]);
    await expect(writeTogether(root, more, next)).rejects.toThrow('no');
    expect(texts()).toEqual(['old', 'old', 'old']);
    expect(existsSync(journal)).toBe(false);
  });

  it('are known to be under way where the process was killed, unless somebody has had a hand in them since', () => {
    const { root, texts } = repository();
    const script = `import { writeTogether } from '${join(process.cwd(), 'src/build/write-together.ts')}';
      await writeTogether(process.argv[1], new Map(${JSON.stringify([...files('new')])}), () => process.kill(process.pid, 'SIGKILL'));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script, root];
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).signal).toBe('SIGKILL');
    expect(texts()).toEqual(['new', 'new', 'new']);
    const change = (file: string) => ({ file, before: 'old', after: 'new' });
    expect(unfinishedWrite(root)).toEqual([...files('new').keys()].map(change));
    writeFileSync(join(root, 'layers/lock/b.lock'), 'old');
    expect(unfinishedWrite(root)).toHaveLength(3);
    writeFileSync(join(root, 'layers/lock/b.lock'), 'by hand');
    expect(unfinishedWrite(root)).toBeUndefined();
  });

  it.each([
    ['that is none', 'half a'],
    ['of files elsewhere', JSON.stringify([{ file: 'layers/lock/../../x.lock', after: 'new' }])],
    ['of other files', JSON.stringify([{ file: 'README.md', after: 'new' }])],
  ])('are not written by a journal %s', (_, text) => {
    const { root, journal } = repository();
    mkdirSync(journal, { recursive: true });
    writeFileSync(join(journal, 'journal.json'), text);
    expect(unfinishedWrite(root)).toBeUndefined();
  });
});
