import { expect, it } from 'vitest';
import type { z } from 'zod';
import type * as props from '../../src/constructs/props.ts';
import type { layer, step } from '../../src/spec/layer.ts';
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

type StepInput<Name extends keyof typeof STEPS> = z.input<(typeof STEPS)[Name]['schema']>;
type TargetInput<Name extends keyof typeof TARGETS> = z.input<(typeof TARGETS)[Name]['schema']>;

// tsc is the test: it refuses `true` where the types differ.
const SAME: {
  readonly pool: Same<props.PoolProps, z.input<typeof pool>>;
  readonly layer: Same<props.LayerProps, z.input<typeof layer>>;
  readonly step: Same<props.StepProps, z.input<typeof step>>;
  readonly rpm: Same<props.RpmProps, z.input<typeof rpm>>;
  readonly hotfix: Same<props.HotfixProps, StepInput<'hotfix'>>;
  readonly epel: Same<props.EpelProps, StepInput<'epel'>>;
  readonly packages: Same<props.PackagesProps, StepInput<'packages'>>;
  readonly rpms: Same<props.RpmsProps, StepInput<'rpms'>>;
  readonly remove: Same<props.RemoveProps, StepInput<'remove'>>;
  readonly kernel: Same<props.KernelProps, StepInput<'kernel'>>;
  readonly entitlement: Same<props.EntitlementProps, StepInput<'entitlement'>>;
  readonly files: Same<props.FilesProps, StepInput<'files'>>;
  readonly systemd: Same<props.SystemdProps, StepInput<'systemd'>>;
  readonly stage: Same<props.StageProps, StepInput<'stage'>>;
  readonly labels: Same<props.LabelsProps, StepInput<'labels'>>;
  readonly repository: Same<props.RepositoryProps, StepInput<'repository'>>;
  readonly run: Same<props.RunProps, StepInput<'run'>>;
  readonly machineConfig: Same<props.MachineConfigTargetProps, TargetInput<'machineConfig'>>;
  readonly machineOSConfig: Same<props.MachineOSConfigTargetProps, TargetInput<'machineOSConfig'>>;
} = {
  pool: true,
  layer: true,
  step: true,
  rpm: true,
  hotfix: true,
  epel: true,
  packages: true,
  rpms: true,
  remove: true,
  kernel: true,
  entitlement: true,
  files: true,
  systemd: true,
  stage: true,
  labels: true,
  repository: true,
  run: true,
  machineConfig: true,
  machineOSConfig: true,
};

// The comparison sees what is missing, and what became required.
const DIFFERENT: {
  readonly lacksAKey: Same<Omit<props.PoolProps, 'refresh'>, z.input<typeof pool>>;
  readonly isRequired: Same<Required<props.RpmProps>, z.input<typeof rpm>>;
} = { lacksAKey: false, isRequired: false };

it('the props that users see are those of the schemas', () => {
  expect(Object.values(SAME)).not.toContain(false);
  expect(Object.values(DIFFERENT)).not.toContain(true);
});
