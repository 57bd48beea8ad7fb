import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareEvr, compareVersions, formatEvr } from '../../src/values/evr.ts';

describe('the order of versions', () => {
  it.each([
    ['1.0', '1.0', 0],
    ['1.0', '2.0', -1],
    ['2.0.1', '2.0', 1],
    ['2.0.1a', '2.0.1', 1],
    ['5.5p1', '5.5p2', -1],
    ['5.5p10', '5.5p1', 1],
    ['10xyz', '10.1xyz', -1],
    ['xyz10', 'xyz10.1', -1],
    ['xyz.4', '8', -1],
    ['5.5p2', '5.6p1', -1],
    ['6.0.rc1', '6.0', 1],
    ['10b2', '10a1', 1],
    ['1.0a', '1.0aa', -1],
    ['10.0001', '10.1', 0],
    ['10.0001', '10.0039', -1],
    ['4.999.9', '5.0', -1],
    ['20101121', '20101122', -1],
    ['2_0', '2.0', 0],
    ['a+', 'a_', 0],
    ['1.0~rc1', '1.0', -1],
    ['1.0~rc1', '1.0~rc2', -1],
    ['1.0~rc1~git1', '1.0~rc1', -1],
    ['1.0^', '1.0', 1],
    ['1.0^git1', '1.0.1', -1],
    ['1.0^git1', '1.01', -1],
    ['1.0^20160101', '1.0^20160101^git1', -1],
    ['1.0~rc1^git1', '1.0~rc1', 1],
    ['1.0^git1~pre', '1.0^git1', -1],
    ['99999999999999999999', '100000000000000000000', -1],
  ])('%s against %s: %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
    expect(compareVersions(b, a)).toBe(0 - order || 0);
  });

  it('is one: nothing is before what is before it', () => {
    const version = fc.stringMatching(/^[0-9a-z.~^]{1,6}$/);
    fc.assert(
      fc.property(fc.array(version, { minLength: 3, maxLength: 3 }), (three) => {
        const [a, b, c] = three.sort(compareVersions) as [string, string, string];
        expect(compareVersions(a, b)).toBeLessThanOrEqual(0);
        expect(compareVersions(b, c)).toBeLessThanOrEqual(0);
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
      { seed: 20261122, numRuns: 2000 },
    );
  });
});

describe('the order of builds', () => {
  const evr = (epoch: number, version: string, release: string) => ({ epoch, version, release });

  it('is by epoch, then by version, then by release', () => {
    expect(compareEvr(evr(1, '1', '1'), evr(0, '2', '2'))).toBeGreaterThan(0);
    expect(compareEvr(evr(0, '252', '46.el9_4'), evr(0, '252', '47.el9_4'))).toBeLessThan(0);
    expect(compareEvr(evr(0, '252', '46.el9_4'), evr(0, '252', '46.el9_4'))).toBe(0);
  });

  it('is written with the epoch where there is one', () => {
    expect(formatEvr(evr(0, '252', '46.el9_4'))).toBe('252-46.el9_4');
    expect(formatEvr(evr(2, '252', '46.el9_4'))).toBe('2:252-46.el9_4');
  });
});
