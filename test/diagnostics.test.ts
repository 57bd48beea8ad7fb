import { describe, expect, it } from 'vitest';
import {
  type Diagnostic,
  exitCodeOf,
  failure,
  formatPath,
  hasErrors,
  type Severity,
  type Source,
} from '../src/diagnostics.ts';

const of = (source: Source, severity: Severity = 'error'): Diagnostic => ({
  code: 'x',
  severity,
  source,
  message: 'x',
});

describe('the exit code', () => {
  it.each<[Source, number]>([
    ['finding', 1],
    ['input', 2],
    ['build', 3],
    ['remote', 4],
    ['internal', 70],
  ])('of %s is %i', (source, code) => {
    expect(exitCodeOf([of(source)])).toBe(code);
    expect(exitCodeOf([of(source, 'warning'), of(source, 'info')])).toBe(0);
  });

  it('is that of the gravest error, in any order', () => {
    const gravest: Source[] = ['internal', 'input', 'build', 'remote', 'finding'];
    for (const [index, source] of gravest.entries()) {
      const rest = gravest.slice(index).map((one) => of(one));
      expect(exitCodeOf(rest)).toBe(exitCodeOf([of(source)]));
      expect(exitCodeOf(rest.toReversed())).toBe(exitCodeOf([of(source)]));
    }
    expect(exitCodeOf([of('internal', 'warning'), of('remote')])).toBe(4);
    expect(exitCodeOf([])).toBe(0);
  });

  it('is 0 exactly where there are no errors', () => {
    expect(hasErrors([of('input', 'warning')])).toBe(false);
    expect(hasErrors([of('finding')])).toBe(true);
  });
});

it('a path is written as people write one', () => {
  expect(formatPath(['steps', 0, 'hotfix', 'rpms', 12, 'url'])).toBe('steps[0].hotfix.rpms[12].url');
  expect(formatPath([0, 'a'])).toBe('[0].a');
  expect(formatPath([])).toBe('');
  expect(formatPath(undefined)).toBe('');
});

it('an error says all of it, without a stack', () => {
  const error = failure('input', 'bad', 'this is bad', {
    hint: 'Do better.',
    origin: { construct: 'app/worker', path: ['layers', 0] },
  });
  expect(error.message).toBe('app/worker: layers[0]: this is bad (bad)\n  Do better.');
  expect(error.stack).toBe(`LayersError: ${error.message}`);
});
