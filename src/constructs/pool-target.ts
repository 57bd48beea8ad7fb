import type { z } from 'zod';
import { TARGETS, type TargetName } from '../targets/index.ts';

type TargetFactories = {
  /** This target, with its settings. */
  readonly [Name in TargetName]: (props: z.input<(typeof TARGETS)[Name]['schema']>) => {
    readonly [Key in Name]: z.input<(typeof TARGETS)[Key]['schema']>;
  };
};

/** Makes targets: `PoolTarget.machineConfig({ image: 'registry.example.com/os/worker' })`. They are data. */
export const PoolTarget = Object.fromEntries(
  Object.keys(TARGETS).map((kind) => [kind, (props: unknown) => ({ [kind]: props })]),
) as unknown as TargetFactories;
