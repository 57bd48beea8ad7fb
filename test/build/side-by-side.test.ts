import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { sideBySide, type Work } from '../../src/build/side-by-side.ts';

/** Works that go on a step at a time, by the letters of their names; what each did, and what ran at the same time. */
async function run(names: readonly string[], jobs: number, failing: readonly string[] = []) {
  const done: string[] = [];
  const running = new Set<string>();
  let most = 0;
  const cached = new Set<string>();
  const doing = new Set<string>();
  let mayStart = true;
  const works = names.map((name): Work => {
    const steps = [...name].map((_, index) => name.slice(0, index + 1));
    return {
      steps,
      async run(passed) {
        running.add(name);
        most = Math.max(most, running.size);
        for (const [index, step] of steps.entries()) {
          passed(index);
          if (!cached.has(step)) {
            expect(doing.has(step), `${step} is done twice at a time`).toBe(false);
            doing.add(step);
            for (let turn = 0; turn < 3; turn++) await setImmediate();
            doing.delete(step);
            if (failing.includes(step)) {
              mayStart = false;
              break;
            }
            cached.add(step);
            done.push(step);
          }
        }
        running.delete(name);
      },
    };
  });
  await sideBySide(works, { jobs, mayStart: () => mayStart });
  expect(running.size).toBe(0);
  return { done, most };
}

describe('side by side', () => {
  it('does every step once, whatever is shared', async () => {
    const names = ['abcx', 'abcy', 'abz', 'abcxq', 'q', 'abcy', 'ab'];
    for (const jobs of [1, 2, 4, 100]) {
      const { done } = await run(names, jobs);
      const all = new Set(names.flatMap((name) => [...name].map((_, index) => name.slice(0, index + 1))));
      expect([...done].sort()).toEqual([...all].sort());
    }
  });

  it('lets what is not ready wait, and what comes after it pass', async () => {
    const done: string[] = [];
    const work = (name: string, ...after: string[]): Work => ({
      steps: [],
      isReady: () => after.every((other) => done.includes(other)),
      async run() {
        await setImmediate();
        done.push(name);
      },
    });
    const works = [work('last', 'b', 'c'), work('b', 'a'), work('c'), work('a')];
    await sideBySide(works, { jobs: 2, mayStart: () => true });
    expect(done).toEqual(['c', 'a', 'b', 'last']);
    const stopped = [work('waits', 'never started'), work('never started')];
    await sideBySide(stopped, { jobs: 2, mayStart: () => false });
    expect(done).toHaveLength(4);
  });

  it('runs as many at a time as it may, and no more', async () => {
    expect((await run(['a', 'b', 'c', 'd', 'e'], 3)).most).toBe(3);
    expect((await run(['a', 'b', 'c', 'd', 'e'], 1)).most).toBe(1);
    // The others begin where the first one leaves what they share.
    expect((await run(['aaaa1', 'aaaa2', 'aaaa3'], 8)).most).toBe(3);
  });

  it('lets others begin where all steps are done, and no more than as many again', async () => {
    const pushing: (() => void)[] = [];
    let started = 0;
    const works = Array.from({ length: 9 }, (_, index): Work => {
      return {
        steps: [`step ${index}`],
        async run(passed) {
          started++;
          await setImmediate();
          passed(1);
          await new Promise<void>((resolve) => pushing.push(resolve));
        },
      };
    });
    const all = sideBySide(works, { jobs: 2, mayStart: () => true });
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(started).toBe(4);
    pushing.shift()!();
    for (let turn = 0; turn < 20; turn++) await setImmediate();
    expect(started).toBe(5);
    while (started < 9 || pushing.length > 0) {
      pushing.shift()?.();
      await setImmediate();
    }
    await all;
  });

  it('what the first has is not waited for again', async () => {
    let started = 0;
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first: Work = {
      steps: ['a', 'b'],
      async run(passed) {
        passed(1);
        await gate;
      },
    };
    // Each stands at its first step until all are there.
    const others = ['c', 'd', 'e'].map(
      (own): Work => ({
        steps: ['a', own],
        async run() {
          started++;
          if (started === 3) release();
          await gate;
        },
      }),
    );
    await sideBySide([first, ...others], { jobs: 4, mayStart: () => true });
    expect(started).toBe(3);
  });

  it('starts nothing after a failure, and ends what runs', async () => {
    const { done } = await run(['x', 'yy', 'z'], 2, ['x']);
    expect(done).toEqual(['y', 'yy']);
  });

  it('ends at once where there is nothing', async () => {
    await sideBySide([], { jobs: 1, mayStart: () => true });
  });
});
