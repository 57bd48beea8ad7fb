import type * as z from 'zod';
import type { Digest } from '../values/digest.ts';
import type { PinnedImage } from '../values/image-ref.ts';
import type { KubeObject } from './kube-object.ts';

/** What a target may know of a pool when it makes the pool's object. */
export interface TargetView {
  readonly pool: string;
  /** The image that the lock pins for the pool, where it does. */
  readonly pinned?: { readonly image: string; readonly digest: Digest };
  /** The pool's Containerfile, for targets that the cluster builds. */
  readonly containerfile: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** More fields for the spec of its MachineConfig. */
  readonly node: Readonly<Record<string, unknown>>;
}

/** How a pool's image reaches its nodes: one file that holds all there is to know of it. */
export interface TargetKind<Name extends string, Schema extends z.ZodType> {
  readonly name: Name;
  readonly summary: string;
  readonly schema: Schema;
  /** Who builds the image: the cluster itself, or whoever runs the build. */
  readonly builtBy: 'cluster' | 'runner';
  /** The first line of the stage. */
  from(base: PinnedImage): string;
  /** The most characters its Containerfile may have. */
  readonly limit?: number;
  /** The objects that Argo CD applies; none where the pool was never pinned and they would need it. */
  objects(props: z.output<Schema>, view: TargetView): KubeObject[];
}

export function defineTarget<const Name extends string, Schema extends z.ZodType>(
  kind: TargetKind<Name, Schema>,
): TargetKind<Name, Schema> {
  return kind;
}

export const API_VERSION = 'machineconfiguration.openshift.io/v1';
export const ROLE_LABEL = 'machineconfiguration.openshift.io/role';

/** A pool's MachineConfig. Of two of a role the later name wins, and up to 4.21 the operator's own count: hence the 99. */
export function machineConfigOf(
  { pool, annotations }: TargetView,
  spec: Readonly<Record<string, unknown>>,
): KubeObject {
  const metadata = { name: `99-${pool}-os-layers`, annotations, labels: { [ROLE_LABEL]: pool } };
  return { apiVersion: API_VERSION, kind: 'MachineConfig', metadata, spec };
}

/** What a custom pool is made of, beside its name. */
export interface MachineConfigPoolProps {
  readonly nodeSelector?: { readonly matchLabels: Readonly<Record<string, string>> } | undefined;
  readonly paused?: boolean | undefined;
  readonly maxUnavailable?: number | string | undefined;
}

/** A custom pool: nodes of the role of its name unless it says otherwise, and the MachineConfigs of worker before its own. */
export function machineConfigPoolOf(
  name: string,
  annotations: Readonly<Record<string, string>>,
  { nodeSelector, paused, maxUnavailable }: MachineConfigPoolProps,
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'MachineConfigPool',
    metadata: { name, annotations },
    spec: {
      machineConfigSelector: {
        matchExpressions: [{ key: ROLE_LABEL, operator: 'In', values: ['worker', name] }],
      },
      nodeSelector: nodeSelector ?? { matchLabels: { [`node-role.kubernetes.io/${name}`]: '' } },
      ...(paused !== undefined && { paused }),
      ...(maxUnavailable !== undefined && { maxUnavailable }),
    },
  };
}
