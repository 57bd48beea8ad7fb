import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { KubeObject } from '../targets/kube-object.ts';

/** A MachineConfig, machineconfiguration.openshift.io/v1. Cluster-scoped. */
export class MachineConfig extends ApiObject {
  constructor(scope: Construct, id: string, props: KubeObject) {
    super(scope, id, { ...props });
  }
}

/** A MachineOSConfig, machineconfiguration.openshift.io/v1. Cluster-scoped, and named after its pool. */
export class MachineOSConfig extends ApiObject {
  constructor(scope: Construct, id: string, props: KubeObject) {
    super(scope, id, { ...props });
  }
}

/** The construct of each target's object. */
export const OBJECTS = { machineConfig: MachineConfig, machineOSConfig: MachineOSConfig } as const;
