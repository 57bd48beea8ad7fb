import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Holder, withRepository } from '../../src/build/repository-lock.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const signal = new AbortController().signal;
const tsx = resolve('node_modules/.bin/tsx');

/** A process that takes the lock `times` times; each time it adds one to a number, which takes a read and a write. */
function counter(root: string, times: number) {
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withRepository } from ${JSON.stringify(resolve('src/build/repository-lock.ts'))};
    const file = ${JSON.stringify(join(root, 'number'))};
    const options = { signal: new AbortController().signal, onWait: () => {} };
    (async () => {
      for (let time = 0; time < ${times}; time++) {
        await withRepository(${JSON.stringify(root)}, options, async () => {
          const number = Number(readFileSync(file, 'utf8'));
          await sleep(2);
          writeFileSync(file, String(number + 1));
          process.stdout.write('.');
        });
      }
    })();`;
  return spawn(tsx, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
}

const numberOf = (root: string) => Number(readFileSync(join(root, 'number'), 'utf8'));

function held(root: string, holder: object, name = '7'): string {
  mkdirSync(join(root, '.layers/lock'), { recursive: true });
  const file = join(root, '.layers/lock', name);
  writeFileSync(file, JSON.stringify(holder));
  return file;
}

async function take(root: string): Promise<Holder[]> {
  const waited: Holder[] = [];
  const limit = AbortSignal.timeout(400);
  const options = { signal: limit, onWait: (holder: Holder) => waited.push(holder) };
  await withRepository(root, options, async () => {}).catch((error) => {
    if (!limit.aborted) throw error;
    waited.push({ ...waited.at(-1)!, pid: -1 });
  });
  return waited;
}

describe('a repository', { timeout: 120_000 }, () => {
  it('is held by one process at a time', async () => {
    const { root } = temporaryRepository();
    writeFileSync(join(root, 'number'), '0');
    const all = [1, 2, 3, 4].map(() => counter(root, 25));
    const codes = await Promise.all(all.map(async (child) => (await once(child, 'close'))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(numberOf(root)).toBe(100);
    expect(readdirSync(join(root, '.layers/lock'))).toHaveLength(1);
  });

  it('is taken over from processes that were killed, by one only', async () => {
    const { root } = temporaryRepository();
    writeFileSync(join(root, 'number'), '0');
    for (let round = 0; round < 4; round++) {
      const doomed = counter(root, 1_000_000);
      await once(doomed.stdout, 'data');
      await sleep(round * 3);
      process.kill(-doomed.pid!, 'SIGKILL');
      await once(doomed, 'close');
      const before = numberOf(root);
      const all = [1, 2, 3].map(() => counter(root, 10));
      await Promise.all(all.map((child) => once(child, 'close')));
      expect(numberOf(root) - before).toBe(30);
    }
  });

  it('is waited for, and who holds it is told', async () => {
    const { root } = temporaryRepository();
    await withRepository(root, { signal, onWait: () => {} }, async () => {
      const waited = await take(root);
      expect(waited.map(({ pid }) => pid)).toEqual([process.pid, -1]);
    });
    expect(await take(root)).toEqual([]);
  });

  it('is free after a failure', async () => {
    const { root } = temporaryRepository();
    const failing = withRepository(root, { signal, onWait: () => {} }, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await take(root)).toEqual([]);
  });

  it('is not held by another process with the same id', async () => {
    const { root } = temporaryRepository();
    let own: Holder | undefined;
    await withRepository(root, { signal, onWait: () => {} }, async () => {
      const [name] = readdirSync(join(root, '.layers/lock')).filter((entry) => /^\d+$/.test(entry));
      own = JSON.parse(readFileSync(join(root, '.layers/lock', name!), 'utf8'));
    });
    held(root, own!);
    expect((await take(root)).length).toBe(2);
    held(root, { ...own, start: `${own!.start}0` }, '8');
    expect(await take(root)).toEqual([]);
  });

  it('is held by another machine as long as that shows a sign', async () => {
    const { root } = temporaryRepository();
    const file = held(root, { pid: 1, start: '1', host: 'elsewhere' });
    expect((await take(root)).map(({ host }) => host)).toEqual(['elsewhere', 'elsewhere']);
    const before = Date.now() / 1000 - 61;
    utimesSync(file, before, before);
    expect(await take(root)).toEqual([]);
  });

  it('is not held by a file that says nothing', async () => {
    const { root } = temporaryRepository();
    writeFileSync(held(root, {}), 'half a l');
    expect(await take(root)).toEqual([]);
  });
});
