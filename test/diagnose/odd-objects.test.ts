import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolsIn, subjectOf } from '../../src/diagnose/subject.ts';
import { diagnosePool } from '../../src/diagnose/walk.ts';
import { parseObjects } from '../../src/gathered/parse.ts';
import { POOL } from './cluster.ts';
import { FAILURES } from './failures.ts';

const RUNS = process.env.LAYERS_SOAK === '1' ? 200 : 6;

/** Every place within objects, by its path. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, '', 0, true, [], {}, [null], ['x'], { a: null }, 'x', '\ud800'),
  fc.jsonValue(),
);

describe('objects that are not as they should be', () => {
  it.each(FAILURES.map((failure) => [failure.name, failure] as const))('are diagnosed all the same: %s', (_, {
    objects,
    logs = {},
  }) => {
    const paths = objects.flatMap((object, index) => pathsIn(object).map((path) => [index, path] as const));
    const lines = Object.values(logs).flatMap((text) => text.split('\n'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...paths), odd), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const changed: unknown[] = structuredClone([...objects]);
          for (const [[index, path], by] of changes) {
            try {
              changed[index] = replaced(changed[index], path, by);
            } catch {
              // An earlier change took the place away.
            }
          }
          const read = changed.flatMap((object) => parseObjects(JSON.stringify(object), 'a.json').objects);
          const saved = Object.keys(logs).map((file) => {
            const [pod, container] = file.split('/');
            return { pod: pod!, container: container!, isPrevious: false, file };
          });
          const gathered = { folder: '/', objects: read, logs: saved, unread: [] };
          for (const pool of [...poolsIn(gathered), POOL]) {
            const { stages, fault } = diagnosePool(subjectOf(gathered, pool, () => lines));
            for (const { says } of stages) expect(says).toBeTypeOf('string');
            if (fault !== undefined) expect(fault.what).not.toMatch(/undefined|\[object/);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });
});
