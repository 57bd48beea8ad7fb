import { describe, expect, it } from 'vitest';
import { check } from '../../src/actions/check.ts';
import { documents, ON_CLUSTER, poolDocument, RELEASES } from '../synth/documents.ts';
import { temporaryRepository } from '../synth/temporary-repository.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const layers = NAMES.map(
  (name) => `kind: Layer\nname: ${name}\nsteps: [{ packages: { install: [${name}] } }]\n`,
);

/** The order that is suggested to each pool, by its name; none to those that have a good one. */
function suggested(pools: Record<string, string>, ...more: string[]): Record<string, string> {
  const all = Object.entries(pools).map(([name, list]) => poolDocument({ name, layers: `[${list}]` }));
  const { root } = temporaryRepository({ 'layers/a.yaml': documents(RELEASES, ...layers, ...all, ...more) });
  const { diagnostics } = check({ root });
  expect(diagnostics.filter(({ source }) => source === 'input')).toEqual([]);
  return Object.fromEntries(
    diagnostics
      .filter(({ code }) => code === 'layers-order')
      .map(({ message, hint }) => [message.split(' ')[0], /order: (.*)\.$/.exec(hint!)![1]!]),
  );
}

describe('an order of layers', () => {
  it('is suggested where fewer would be built, and only to those who would change it', () => {
    expect(suggested({ worker: 'a, b, c', infra: 'a, b, d' })).toEqual({});
    expect(suggested({ worker: 'c, a, b', infra: 'a, b, d' })).toEqual({ worker: 'a, b, c' });
    expect(suggested({ worker: 'a, b', infra: 'b, a' })).toEqual({ worker: 'b, a' });
    expect(suggested({ worker: 'a, b, d', infra: 'b, d, c', edge: 'd' })).toEqual({
      worker: 'd, b, a',
      infra: 'd, b, c',
    });
  });

  it('is nothing to pools that have nothing in common, or the same', () => {
    expect(suggested({ worker: 'a, b', infra: 'c, d' })).toEqual({});
    expect(suggested({ worker: 'b, a', infra: 'b, a' })).toEqual({});
  });

  it('is nothing to pools that are built from other bases, by clusters, or not at all', () => {
    const one = { worker: 'a, b' };
    const list = { layers: '[b, a]' };
    expect(suggested(one, poolDocument({ name: 'infra', ...list, release: '4.18.21' }))).toEqual({});
    expect(suggested(one, poolDocument({ name: 'infra', ...list, target: ON_CLUSTER }))).toEqual({});
    const follower = `${poolDocument({ name: 'infra', ...list })}follows: worker\n`;
    expect(suggested(one, follower)).toEqual({});
  });
});
