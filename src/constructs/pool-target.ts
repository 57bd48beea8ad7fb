import { TARGETS } from '../targets/index.ts';
import type { TargetProps } from './props.ts';

type TargetFactories = {
  /** This target, with its settings. */
  readonly [Kind in keyof TargetProps]-?: (props: NonNullable<TargetProps[Kind]>) => {
    readonly [Key in Kind]: NonNullable<TargetProps[Key]>;
  };
};

/** Makes targets: `PoolTarget.machineConfig({ image: 'registry.example.com/os/worker' })`. They are data. */
export const PoolTarget = Object.fromEntries(
  Object.keys(TARGETS).map((kind) => [kind, (props: unknown) => ({ [kind]: props })]),
) as unknown as TargetFactories;
