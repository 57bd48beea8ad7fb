import type { Subject } from '../compile/subject.ts';
import { formatPoolId } from '../values/pool-id.ts';
import { defineCheck } from './check.ts';

const pool = (name: string, layers: string) => `---
kind: Pool
name: ${name}
release: "4.19.3"
layers: [${layers}]
target: { machineConfig: { image: registry.example.com/os/${name} } }
`;
const layer = (name: string) => `---
kind: Layer
name: ${name}
steps: [{ packages: { install: [${name}] } }]
`;
const layers = ['htop', 'strace', 'tmux'].map(layer).join('');

export const layersOrder = defineCheck({
  code: 'layers-order',
  severity: 'info',
  summary: 'Pools have layers in common that do not come first, and in the same order, in all of them.',
  why: 'Each instruction is built upon those before it. What pools have in common is built, pushed and kept by registries once where all that comes before it is the same, and else once a pool. Nothing is reordered: of layers that build upon each other only their author knows it.',
  pools: {
    bad: `${layers}${pool('worker', 'htop, tmux')}${pool('infra', 'strace, tmux')}`.slice(4),
    good: `${layers}${pool('worker', 'tmux, htop')}${pool('infra', 'tmux, strace')}`.slice(4),
    find(subjects, report) {
      const ours = subjects.filter(({ image, follows }) => image !== undefined && follows === undefined);
      for (const base of new Set(ours.map((subject) => subject.base.digest))) {
        const pools = ours.filter((subject) => subject.base.digest === base);
        const orders = ordersOf(pools);
        const better = suggested(orders);
        const built = countPrefixes(better);
        for (const [index, { id, origin, origins, layers }] of pools.entries()) {
          const [now, then] = [prefixesOf(orders[index]!), prefixesOf(better[index]!)];
          const own = new Set(then);
          const isBuilt = (prefix: string) => (built.get(prefix) ?? 0) > (own.has(prefix) ? 1 : 0);
          const more = now.filter((prefix) => !isBuilt(prefix)).length;
          const fewer = then.filter((prefix) => !isBuilt(prefix)).length;
          if (more <= fewer) continue;
          const names = better[index]!.map((number) => layers[orders[index]!.indexOf(number)]!.value.name);
          report({
            message: `${formatPoolId(id)} has layers in common with other pools, which are built again because of their order`,
            hint: `Where they do not build upon each other, write them in this order: ${names.join(', ')}.`,
            origin: origins.layers ?? origin,
          });
        }
      }
    },
  },
});

/** The layers of each pool, by numbers that are equal for equal layers. */
function ordersOf(pools: readonly Subject[]): number[][] {
  const numbers = new Map<string, number>();
  return pools.map(({ layers }) =>
    layers.map(({ value }) => {
      const key = JSON.stringify(value);
      numbers.set(key, numbers.get(key) ?? numbers.size);
      return numbers.get(key)!;
    }),
  );
}

/** First what most pools have; of what as many have, what comes first in the first one. */
function suggested(orders: readonly number[][]): number[][] {
  const counts = new Map<number, number>();
  for (const number of orders.flat()) counts.set(number, (counts.get(number) ?? 0) + 1);
  return orders.map((order) => [...order].sort((a, b) => counts.get(b)! - counts.get(a)! || a - b));
}

/** What is built for an order of layers: each of them after those before it. */
function prefixesOf(order: readonly number[]): string[] {
  return order.map((_, place) => order.slice(0, place + 1).join());
}

function countPrefixes(orders: readonly number[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const prefix of orders.flatMap(prefixesOf)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  return counts;
}
