import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { pushTurns } from '../../src/build/push-turns.ts';

it('who has a layer in common waits for the first one to push it, and nobody else waits', async () => {
  const turn = pushTurns();
  const order: string[] = [];
  const waited: string[] = [];
  const take = async (name: string, registry: string, steps: string[]) => {
    const end = await turn(registry, steps, () => waited.push(name));
    order.push(name);
    return end;
  };
  const first = await take('first', 'one', ['a', 'b']);
  const second = take('second', 'one', ['a', 'c']);
  const third = take('third', 'one', ['a', 'd']);
  await take('other layers', 'one', ['x']);
  await take('other registry', 'two', ['a', 'b']);
  await setImmediate();
  expect(order).toEqual(['first', 'other layers', 'other registry']);
  // It did not come through: the next one has to push what they share.
  first(false);
  const end = await second;
  await setImmediate();
  expect(order.slice(3)).toEqual(['second']);
  const unrelated = take('shares nothing that is not there', 'one', ['y']);
  await unrelated;
  end(true);
  await third;
  // What is there is waited for no more.
  await take('last', 'one', ['a', 'e']);
  expect(order.slice(3)).toEqual(['second', 'shares nothing that is not there', 'third', 'last']);
  // Each says so once.
  expect(waited).toEqual(['second', 'third']);
});
