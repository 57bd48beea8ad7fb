import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src/build/operator-image.ts';
import type { BuildPlan, IndexPlan } from '../../src/plan/plan.ts';

describe("the architecture that an operator's image has to be for", () => {
  const plan = { format: 1, hash: 'a'.repeat(32), base: 'q.io/base', release: '4.19.3' };

  it("is that of the pool's own build", () => {
    const own: BuildPlan = { ...plan, architecture: 'arm64', files: [], steps: [] };
    expect(architectureOf('worker', own)).toBe('arm64');
  });

  it('is none where the pool has several: the operator builds for one', () => {
    const builds = (['amd64', 'arm64'] as const).map((architecture) => ({ architecture, hash: plan.hash }));
    const index: IndexPlan = { ...plan, builds };
    expect(() => architectureOf('worker', index)).toThrow(/several architectures \(amd64, arm64\)/);
  });
});
