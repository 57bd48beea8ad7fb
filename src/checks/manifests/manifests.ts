import { below, type Origin } from '../../diagnostics.ts';
import type { ReleaseVersion } from '../../values/release-version.ts';

/** An object as it was written: nothing of it is known to be as it should. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty where it has none. */
  readonly name: string;
  readonly data: unknown;
  readonly origin: Origin;
}

/** Objects that go to one cluster, and the release whose rules hold there. */
export interface Manifests {
  readonly release: ReleaseVersion;
  readonly objects: readonly Manifest[];
}

export type Path = readonly (string | number)[];

export const GROUP = 'machineconfiguration.openshift.io';

/** Those of a kind, of whichever version of its API. */
export function ofKind({ objects }: Manifests, ...kinds: readonly string[]): Manifest[] {
  return objects.filter(({ apiVersion, kind }) => apiVersion.startsWith(`${GROUP}/`) && kinds.includes(kind));
}

/** What is at a path; undefined where there is nothing. */
export function at({ data }: Pick<Manifest, 'data'>, ...path: Path): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

export function textAt(manifest: Manifest, ...path: Path): string | undefined {
  const value = at(manifest, ...path);
  return typeof value === 'string' ? value : undefined;
}

export function textsAt(manifest: Manifest, ...path: Path): string[] {
  const value = at(manifest, ...path);
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

export function place({ origin }: Manifest, ...path: Path): Origin {
  return below(origin, path);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the operator made it: what a cluster was asked for has such objects, too. */
export function isGenerated(manifest: Manifest): boolean {
  return at(manifest, 'metadata', 'annotations', `${GROUP}/generated-by-controller-version`) !== undefined;
}

/** Whether it was read from a cluster, and has what the cluster adds. */
export function isLive(manifest: Manifest): boolean {
  return at(manifest, 'metadata', 'uid') !== undefined;
}

/** The pool that a MachineConfig is for. */
export const ROLE = ['metadata', 'labels', `${GROUP}/role`] as const;

/** The pool that a MachineOSConfig is for. */
export const POOL = ['spec', 'machineConfigPool', 'name'] as const;
