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

/** A custom MachineConfigPool, machineconfiguration.openshift.io/v1. Cluster-scoped. */
export class MachineConfigPool extends ApiObject {
  constructor(scope: Construct, id: string, props: KubeObject) {
    super(scope, id, { ...props });
  }
}

const KINDS: Readonly<Record<string, new (scope: Construct, id: string, props: KubeObject) => ApiObject>> = {
  MachineConfig,
  MachineOSConfig,
  MachineConfigPool,
};

/** The construct of a target's object, under the name of its kind: `machineConfig`. */
export function createObject(scope: Construct, object: KubeObject): void {
  const id = `${object.kind[0]!.toLowerCase()}${object.kind.slice(1)}`;
  new KINDS[object.kind]!(scope, id, object);
}
