import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadLocks } from '../../src/spec/load-lock.ts';
import { type Pinned, printPoolLock } from '../../src/spec/lock.ts';
import { type TemporaryRepository, temporaryRepository } from '../synth/temporary-repository.ts';

const pin = (text: string): Pinned => ({
  image: 'q.io/x',
  build: text.repeat(32),
  digest: `sha256:${text.repeat(64)}`,
  base: `q.io/base@sha256:${'0'.repeat(64)}`,
  release: '4.19.3',
  origin: 'built',
});
const text = (of: string) => printPoolLock({ pools: { x: pin(of) }, unpushed: {} }, 'x')!;

function wrongWith({ root }: TemporaryRepository): string[] {
  return loadLocks(root).diagnostics.map(({ origin, code }) => `${origin?.file} ${code}`);
}

describe('the folder of the lock', () => {
  it('has a file a pool, in a folder of its cluster where there are any', () => {
    const { root } = temporaryRepository({
      'layers/lock/worker.lock': text('a'),
      'layers/lock/prod/worker.lock': text('b'),
      'layers/lock/prod/infra.lock': text('b'),
    });
    const { locks, diagnostics } = loadLocks(root);
    expect(diagnostics).toEqual([]);
    expect([...locks]).toEqual([
      ['prod', { pools: { 'prod/infra': pin('b'), 'prod/worker': pin('b') }, unpushed: {} }],
      [undefined, { pools: { worker: pin('a') }, unpushed: {} }],
    ]);
  });

  it('may be missing', () => {
    expect(loadLocks(temporaryRepository().root)).toEqual({ locks: new Map(), diagnostics: [] });
    expect(loadLocks(temporaryRepository({ 'layers/lock': 'a file\n' }).root).locks.size).toBe(0);
  });

  it('may have what is no lock: notes, what editors and merge tools leave', () => {
    const repository = temporaryRepository({
      'layers/lock/README.md': 'whose these are\n',
      'layers/lock/.worker.lock.swp': '',
      'layers/lock/worker.lock.orig': '<<<<<<<',
      'layers/lock/prod/.gitkeep': '',
    });
    expect(wrongWith(repository)).toEqual([]);
  });

  it.each([
    ['layers/lock/Worker Pool.lock', 'lock-name'],
    ['layers/lock/a-name-of-more-than-21-characters.lock', 'lock-name'],
    ['layers/lock/Prod/worker.lock', 'lock-name'],
    ['layers/lock/prod/-worker.lock', 'lock-name'],
    ['layers/layers.lock', 'lock-misplaced'],
    ['layers/prod.lock', 'lock-misplaced'],
  ])('does not pass over %s', (file, code) => {
    expect(wrongWith(temporaryRepository({ [file]: text('a') }))).toEqual([`${file} ${code}`]);
  });

  it('has no links: what they lead to is not what is reviewed', () => {
    const repository = temporaryRepository({ 'elsewhere.lock': text('a'), 'layers/lock/README': '' });
    symlinkSync('../../elsewhere.lock', join(repository.root, 'layers/lock/worker.lock'));
    expect(wrongWith(repository)).toEqual(['layers/lock/worker.lock not-a-file']);
  });

  it('says what is wrong with each file, and has the others', () => {
    const repository = temporaryRepository({
      'layers/lock/a.lock': 'format: 1\n',
      'layers/lock/b.lock': text('b'),
      'layers/lock/c.lock': '',
    });
    expect(wrongWith(repository)).toEqual([
      'layers/lock/a.lock missing-key',
      'layers/lock/c.lock lock-empty',
    ]);
    expect(Object.keys(loadLocks(repository.root).locks.get(undefined)!.pools)).toEqual(['b']);
  });
});
