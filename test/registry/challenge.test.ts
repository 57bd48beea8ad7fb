import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../src/registry/challenge.ts';

describe('parseChallenges', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['Basic realm="Registry Realm"', [{ scheme: 'basic', parameters: { realm: 'Registry Realm' } }]],
    [
      'Bearer realm="https://auth.example.com/token",service="registry.example.com",scope="repository:a/b:pull,push"',
      [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'https://auth.example.com/token',
            service: 'registry.example.com',
            scope: 'repository:a/b:pull,push',
          },
        },
      ],
    ],
    [
      'BEARER Realm = "https://a/t" , Service=plain, Basic realm="a \\"b\\", c=d"',
      [
        { scheme: 'bearer', parameters: { realm: 'https://a/t', service: 'plain' } },
        { scheme: 'basic', parameters: { realm: 'a "b", c=d' } },
      ],
    ],
    [
      'Negotiate, Basic realm="x"',
      [
        { scheme: 'negotiate', parameters: {} },
        { scheme: 'basic', parameters: { realm: 'x' } },
      ],
    ],
    ['Bearer realm="unfinished', [{ scheme: 'bearer', parameters: {} }]],
    ['"""', []],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected);
  });

  it('takes no longer for a hostile header', () => {
    const started = performance.now();
    parseChallenges(`Bearer ${'a="\\'.repeat(4000)}`);
    parseChallenges(`${', '.repeat(8000)}=`);
    parseChallenges(`Bearer ${' '.repeat(16000)}=`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
