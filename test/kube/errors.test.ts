import { describe, expect, it } from 'vitest';
import { kubeFailed } from '../../src/kube/errors.ts';

// test/e2e/rebuild.test.ts has kubectl say these things itself. What only oc says, or only a network can cause, is here.
const failureOf = (stderr: string) => kubeFailed({ code: 1, stdout: '', stderr }).diagnostics[0]!;

describe('what oc or kubectl says', () => {
  it.each([
    ['error: Missing or incomplete configuration info.  Please point to an existing config', 'no-cluster'],
    ['error: You must be logged in to the server (Unauthorized)', 'not-logged-in'],
    ['Error from server (Unauthorized): the server has asked for credentials', 'not-logged-in'],
    ['error: context "prod" does not exist', 'unknown-context'],
    ['Unable to connect to the server: dial tcp 192.0.2.1:6443: i/o timeout', 'cluster-unreachable'],
    [
      'Unable to connect to the server: dial tcp: lookup api.example.com: no such host',
      'cluster-unreachable',
    ],
    ['Unable to connect to the server: context deadline exceeded', 'cluster-unreachable'],
    ['error: something else', 'cluster-failed'],
    ['', 'cluster-failed'],
  ])('%s', (stderr, code) => {
    const diagnostic = failureOf(stderr);
    expect(diagnostic.code).toBe(code);
    expect(diagnostic.hint).toMatch(/[.?]$/);
    expect(diagnostic.detail ?? '').toBe(stderr);
  });

  it('is told without the attempts before it', () => {
    const attempts = 'E1122 03:28:37.445159    4851 memcache.go:265] "Unhandled Error"\n'.repeat(5);
    expect(failureOf(`${attempts}error: the end\n`).detail).toBe('error: the end');
    expect(failureOf(attempts).detail?.split('\n')).toHaveLength(5);
  });

  it('is the end of it where it is long', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
    expect(failureOf(lines).detail?.split('\n')).toEqual(lines.split('\n').slice(-12));
  });

  it('may be nothing, where a signal ended it', () => {
    const [diagnostic] = kubeFailed({ code: undefined, stdout: '', stderr: '' }).diagnostics;
    expect(diagnostic!.message).toContain('killed');
  });
});
