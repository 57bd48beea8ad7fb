import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settlePin } from '../../src/actions/unfinished-pin.ts';
import { repositoryFrom } from '../synth/temporary-repository.ts';

const FILES = ['prod-eu-1/worker', 'prod-us-1/worker'].map((pool) => `layers/lock/${pool}.lock`);
const [FIRST, SECOND] = FILES as [string, string];

/** A repository in which a run was killed that gave two pools another digest; which of the files it had written. */
function killed({
  written,
  isInDist = false,
}: {
  readonly written: readonly string[];
  readonly isInDist?: boolean;
}) {
  const repository = repositoryFrom('test/scenarios/twelve-clusters/input');
  const changes = FILES.map((file) => {
    const before = repository.read(file);
    return { file, before, after: before.replaceAll('5'.repeat(64), 'e'.repeat(64)) };
  });
  const put = (files: readonly string[], text: 'before' | 'after') => {
    for (const change of changes)
      if (files.includes(change.file)) repository.write({ [change.file]: change[text] });
  };
  if (isInDist) put(FILES, 'after');
  expect(repository.layers('synth').status).toBe(0);
  put(FILES, 'before');
  put(written, 'after');
  const folder = join(repository.root, '.layers/pinning');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'journal.json'), JSON.stringify(changes));
  const isAs = (text: 'before' | 'after') =>
    changes.map((change) => repository.read(change.file) === change[text]);
  return { ...repository, isAs, folder };
}

describe('after a run that was killed while it pinned', () => {
  it.each([
    ['none', []],
    ['some', [SECOND]],
    ['all', FILES],
  ])('the lock is what it was where dist/ is, with %s of its files written', async (_, written) => {
    const repository = killed({ written });
    await settlePin(repository.root);
    expect(repository.isAs('before')).toEqual([true, true]);
    expect(existsSync(repository.folder)).toBe(false);
    expect(repository.layers('synth', '--output', 'json').stdout).toContain('"changes":[]');
  });

  it('the lock is what it was to be where dist/ is', async () => {
    const repository = killed({ written: FILES, isInDist: true });
    await settlePin(repository.root);
    expect(repository.isAs('after')).toEqual([true, true]);
    expect(repository.layers('synth', '--output', 'json').stdout).toContain('"changes":[]');
  });

  it('nothing is changed that somebody has changed since', async () => {
    const repository = killed({ written: [FIRST] });
    const text = repository.read(SECOND).replaceAll('5'.repeat(64), 'd'.repeat(64));
    repository.write({ [SECOND]: text });
    await settlePin(repository.root);
    expect(repository.read(SECOND)).toBe(text);
    expect(repository.isAs('after')).toEqual([true, false]);
    expect(existsSync(repository.folder)).toBe(false);
  });

  it('the next verb that writes settles it', () => {
    const repository = killed({ written: [FIRST] });
    expect(repository.layers('pin', 'hold', 'prod-canary/worker', '--reason', 'a test').status).toBe(0);
    expect(repository.isAs('before')).toEqual([true, true]);
    expect(repository.read('layers/lock/prod-canary/worker.lock')).toContain('reason: "a test"');
  });
});
