/** The public API: OpenShift node images as cdk8s constructs. */

export { LayersValidation, type LayersValidationProps } from './checks/validation.ts';
export { MachineConfig, MachineConfigPool, MachineOSConfig } from './constructs/kube-objects.ts';
export { LayeredPool, type LayeredPoolProps } from './constructs/layered-pool.ts';
export { LayersApp, type LayersAppProps } from './constructs/layers-app.ts';
export { OsLayer } from './constructs/os-layer.ts';
export { PoolTarget } from './constructs/pool-target.ts';
export type * from './constructs/props.ts';
export {
  type Diagnostic,
  LayersError,
  type Origin,
  type Related,
  type Severity,
  type Source,
} from './diagnostics.ts';
export type { KubeObject } from './targets/kube-object.ts';
