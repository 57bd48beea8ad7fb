import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/operator/refusal.ts';
import { canonicalSecret, secret } from '../../src/operator/secrets.ts';
import type { ReleaseVersion } from '../../src/values/release-version.ts';

interface Vector {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly answers: readonly { readonly releases: readonly string[]; readonly answer: string }[];
}

/** Generated Secrets, none of anybody's, and what the operator's own code, of August 2026, made of them. */
const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, 'secrets.vectors.json'), 'utf8'),
) as Vector[];

const of = (more: object) =>
  secret.parse({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'final-image-push-secret', namespace: 'openshift-machine-config-operator' },
    ...more,
  });

function answer(given: object, release: string): string {
  try {
    return canonicalSecret(of(given), `${release}.0` as ReleaseVersion);
  } catch (error) {
    if (error instanceof Refusal) return `ERR ${error.message}`;
    throw error;
  }
}

describe("a build's credentials", () => {
  it('are made, or refused, as the operator does it', () => {
    expect(VECTORS.length).toBeGreaterThan(100);
    for (const { type, data, answers } of VECTORS) {
      for (const { releases, answer: expected } of answers) {
        for (const release of releases) {
          expect(answer({ type, data }, release), `${release} ${type} ${JSON.stringify(data)}`).toBe(
            expected,
          );
        }
      }
    }
  });

  it('may be written as plain text, which the API server encodes', () => {
    const stringData = { '.dockerconfigjson': '{"auths":{"q.io":{"auth":"YQ=="}}}' };
    expect(answer({ type: 'kubernetes.io/dockerconfigjson', stringData }, '5.0')).toBe(
      '{"auths":{"q.io":{"auth":"YQ=="}}}',
    );
  });

  it('are named where they are nothing', () => {
    expect(answer({ type: 'kubernetes.io/dockerconfigjson' }, '4.20')).toBe(
      "ERR secret 'final-image-push-secret/openshift-machine-config-operator' has no data",
    );
  });
});
