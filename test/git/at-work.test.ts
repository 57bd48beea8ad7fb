import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { atWork, recover } from '../../src/git/at-work.ts';
import { fastForward } from '../../src/git/fast-forward.ts';
import { type Git, openGit } from '../../src/git/repository.ts';
import { GIT_ENV, type WorkTree, workTree } from './work-tree.ts';

let tree: WorkTree;
let git: Git;
let note: string;
let from: string;
let to: string;

const read = (path: string) => readFileSync(join(tree.path, path), 'utf8');

/** A checkout that is one commit behind another one, in which files changed, came and went. */
beforeEach(async () => {
  tree = workTree();
  tree.write({ 'dist/changed': 'before\n', 'dist/gone': 'gone\n', 'README.md': 'one\n' });
  tree.git('add', '--all');
  tree.git('commit', '--quiet', '-m', 'from');
  from = tree.git('rev-parse', 'HEAD').trim();
  tree.write({ 'dist/changed': 'after, and longer\n', 'dist/new': 'new\n' });
  tree.git('rm', '--quiet', 'dist/gone');
  tree.git('add', '--all');
  tree.git('commit', '--quiet', '-m', 'to');
  to = tree.git('rev-parse', 'HEAD').trim();
  tree.git('reset', '--quiet', '--hard', from);
  git = (await openGit(tree.path, { env: GIT_ENV }))!;
  note = join(tree.path, '.git', 'note');
});

afterEach(() => tree.remove());

describe('recover', () => {
  it('removes the locks that a killed git has left, so that a move can be made after all', async () => {
    writeFileSync(note, JSON.stringify({ from, to }));
    for (const name of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock'])
      writeFileSync(join(tree.path, '.git', name), '');
    await recover(git, note);
    expect(existsSync(note)).toBe(false);
    expect(await fastForward(git, to, ['dist'])).toBe(true);
    expect(tree.git('rev-parse', 'HEAD').trim()).toBe(to);
    expect(tree.status()).toEqual([]);
  });

  it('leaves a lock alone that was there before, and all locks where no run was killed', async () => {
    const lock = join(tree.path, '.git/index.lock');
    writeFileSync(lock, '');
    await recover(git, note);
    expect(existsSync(lock)).toBe(true);
    utimesSync(lock, 1, 1);
    writeFileSync(note, '{}');
    await recover(git, note);
    expect(existsSync(lock)).toBe(true);
  });

  it('takes half of a move back: files that are new, gone, changed, or written in part', async () => {
    writeFileSync(note, JSON.stringify({ from, to }));
    tree.write({ 'dist/changed': 'after, an', 'dist/new': '' });
    rmSync(join(tree.path, 'dist/gone'));
    await recover(git, note);
    expect(tree.status()).toEqual([]);
    expect(existsSync(join(tree.path, 'dist/new'))).toBe(false);
    expect(await fastForward(git, to, ['dist'])).toBe(true);
  });

  it('touches nothing that somebody has written since', async () => {
    writeFileSync(note, JSON.stringify({ from, to }));
    tree.write({ 'dist/changed': 'mine\n', 'README.md': 'mine\n', 'dist/new': 'mine\n' });
    await recover(git, note);
    expect([read('dist/changed'), read('README.md'), read('dist/new')]).toEqual([
      'mine\n',
      'mine\n',
      'mine\n',
    ]);
  });

  it('takes no note for a command', async () => {
    writeFileSync(note, JSON.stringify({ from: '--output=/tmp/x', to: 'main' }));
    await recover(git, note);
    expect(existsSync(note)).toBe(false);
  });
});

it('a note is there while the work is done, and gone when it fails', async () => {
  await expect(
    atWork(note, { from, to }, async () => {
      expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ from, to });
      throw new Error('it failed');
    }),
  ).rejects.toThrow('it failed');
  expect(existsSync(note)).toBe(false);
});
