import type { z } from 'zod';
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
  /** The object that Argo CD applies; none where the pool was never pinned and the object would need it. */
  object(props: z.output<Schema>, view: TargetView): KubeObject | undefined;
}

export function defineTarget<const Name extends string, Schema extends z.ZodType>(
  kind: TargetKind<Name, Schema>,
): TargetKind<Name, Schema> {
  return kind;
}

export const API_VERSION = 'machineconfiguration.openshift.io/v1';
export const ROLE_LABEL = 'machineconfiguration.openshift.io/role';
