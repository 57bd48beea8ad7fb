import { expect, it } from 'vitest';
import type * as z from 'zod';
import type * as props from '../../src/constructs/props.ts';
import type { layer } from '../../src/spec/layer.ts';
import type { pool } from '../../src/spec/pool.ts';
import type { STEPS } from '../../src/steps/index.ts';
import type { TARGETS } from '../../src/targets/index.ts';
import type { rpm } from '../../src/values/rpm.ts';

/** The same type with read-only properties and lists, however it was declared. */
type Plain<T> = T extends readonly (infer Element)[]
  ? readonly Plain<Element>[]
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Equal, not only assignable: a key that is optional on one side and not there on the other is assignable both ways. */
type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

/** Kind by kind, so that what tsc says names the one that differs. */
type StepKinds = {
  [Name in keyof typeof STEPS]: Same<
    NonNullable<props.StepProps[Name]>,
    z.input<(typeof STEPS)[Name]['schema']>
  >;
};
type TargetKinds = {
  [Name in keyof typeof TARGETS]: Same<
    NonNullable<props.TargetProps[Name]>,
    z.input<(typeof TARGETS)[Name]['schema']>
  >;
};

// tsc is the test: it refuses `true` where the types differ.
const SAME: {
  readonly pool: Same<props.PoolProps, z.input<typeof pool>>;
  readonly layer: Same<props.LayerProps, z.input<typeof layer>>;
  readonly rpm: Same<props.RpmProps, z.input<typeof rpm>>;
  readonly steps: Same<StepKinds, Record<keyof typeof STEPS, true>>;
  readonly targets: Same<TargetKinds, Record<keyof typeof TARGETS, true>>;
} = { pool: true, layer: true, rpm: true, steps: true, targets: true };

// The comparison sees what is missing, and what became required.
const DIFFERENT: {
  readonly lacksAKey: Same<Omit<props.PoolProps, 'refresh'>, z.input<typeof pool>>;
  readonly isRequired: Same<Required<props.RpmProps>, z.input<typeof rpm>>;
} = { lacksAKey: false, isRequired: false };

it('the props that users see are those of the schemas', () => {
  expect(Object.values(SAME)).not.toContain(false);
  expect(Object.values(DIFFERENT)).not.toContain(true);
});
