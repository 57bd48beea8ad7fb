import type { Diagnostic } from '../diagnostics.ts';
import type { PackageChange } from '../rpm/package-diff.ts';
import type { Architecture } from '../values/architecture.ts';

/** What was compared: a commit, or the files as they are. */
export interface SideName {
  /** As it was asked for: `HEAD`, `main`; `work tree`. */
  readonly name: string;
  readonly commit?: string;
}

/** What two states of a repository mean to nodes. */
export interface Diff {
  readonly from: SideName;
  readonly to: SideName;
  /** Pools that differ, and those that inherit what differs, by identity. */
  readonly pools: readonly PoolDiff[];
  /** How many pools are the same. */
  readonly unchanged: number;
  /** Objects that are gone, or that no longer name an image: "REVERTS NODES". */
  readonly reverts: readonly Revert[];
  /** Each change of a Containerfile or of what it copies, once for all pools that have it. */
  readonly builds: readonly BuildDiff[];
  /** Each change of an image, once for all pools that have it. */
  readonly packages: readonly PackagesDiff[];
  /** Which pool has which layer, of all pools. */
  readonly matrix: Matrix;
  /** What could not be told, and what is worth a look. */
  readonly notes: readonly Diagnostic[];
}

export interface PoolDiff {
  readonly pool: string;
  /** `inherits`: only what it takes from another pool differs. */
  readonly change: 'added' | 'removed' | 'changed' | 'inherits';
  readonly target: string;
  readonly by: 'local' | 'job' | 'cluster';
  readonly release?: string;
  readonly reasons: readonly Reason[];
  /** What `osImageURL` was and is; neither where the cluster builds. */
  readonly image?: { readonly from?: string; readonly to?: string };
  /** Whether its image is the one that its layers say; none where the cluster builds. */
  readonly pin?: Pin;
  /** Objects that differ. */
  readonly objects: readonly ObjectDiff[];
  readonly inherits: readonly Inherited[];
  /** Pools that take what differs here. */
  readonly inheritedBy: readonly string[];
  readonly effect: Effect;
}

/** `operator`: its image is one that a cluster's operator built, whatever its layers say. */
export type Pin = 'fresh' | 'behind' | 'missing' | 'operator';

export type ReasonKind =
  | 'layer-added'
  | 'layer-removed'
  | 'layer-edited'
  | 'layer-moved'
  | 'release'
  | 'architectures'
  | 'base'
  | 'refresh'
  | 'kernelType'
  | 'extensions'
  | 'kernelArguments'
  | 'machineConfigPool'
  | 'target'
  | 'build'
  | 'image'
  | 'follows'
  | 'settings'
  | 'pin'
  | 'wording'
  | 'rendering';

/** Why a pool differs, in the words of the documents. */
export interface Reason {
  readonly kind: ReasonKind;
  readonly layer?: string;
  /** The kinds of the layer's steps, `hotfix`. */
  readonly steps?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** What differs in the layer's document. */
  readonly edits?: readonly Edit[];
  /** Where that is written now; of what is gone, where it was. */
  readonly place?: Place;
}

export interface Place {
  /** Relative to the repository's root. */
  readonly file: string;
  readonly line?: number;
}

/** A value that is another one, came or went. */
export interface Edit {
  /** `steps[0].hotfix.rpms[0].url` */
  readonly path: string;
  readonly from?: string;
  readonly to?: string;
}

export interface ObjectDiff {
  readonly kind: string;
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Of a changed one: which values of its spec, and of its labels and annotations. */
  readonly fields: readonly Edit[];
}

/** What a custom pool takes from the MachineConfigs of worker. */
export interface Inherited {
  readonly from: string;
  /** `osImageURL`, `kernelArguments` … */
  readonly fields: readonly string[];
  /** Of an image, where the cluster builds: whether that build starts from it, as from 4.22 on. */
  readonly isBase?: boolean;
}

/** What happens on the nodes once this is applied. */
export interface Effect {
  /** `build-and-reboot`: the cluster builds first. `may-reboot`: nodes that come to the pool or leave it. */
  readonly nodes: 'none' | 'may-reboot' | 'reboot' | 'build-and-reboot';
  /** What of it makes them. */
  readonly because: readonly string[];
  /** `pin`: what the layers say reaches nodes, and reboots them, when its image is pinned. `paused`: when the pool no longer is. */
  readonly waitsFor?: 'pin' | 'paused';
  /** Nodes go back to what they had before. */
  readonly reverts: boolean;
}

export interface Revert {
  readonly pool?: string;
  readonly kind: string;
  readonly name: string;
  /** The file that had it, `dist/worker.k8s.yaml`. */
  readonly file: string;
  /** `image-gone`: the object is there, without `osImageURL`. */
  readonly why: 'object-gone' | 'image-gone';
}

export interface BuildDiff {
  readonly pools: readonly string[];
  /** The builds' hashes; none on one side where the pools came or went. */
  readonly from?: string;
  readonly to?: string;
  /** Unified, as `git diff` prints it: the Containerfile, then text files that it copies. */
  readonly texts: readonly TextDiff[];
}

export interface TextDiff {
  readonly name: string;
  /** None of files that are no text. */
  readonly diff?: string;
  readonly added: number;
  readonly removed: number;
}

export interface PackagesDiff {
  readonly pools: readonly string[];
  /** Images by digest. Without one before, the base that its nodes run. */
  readonly from: string;
  readonly to: string;
  /** Of which these are the packages: an index has others for each. */
  readonly architecture: Architecture;
  readonly against: 'image' | 'base';
  /** `unknown`: see `why`. `not-read`: nobody asked. */
  readonly state: 'read' | 'unknown' | 'not-read';
  readonly why?: string;
  readonly changes: readonly PackageChange[];
  /** How many packages the new image has. */
  readonly total?: number;
}

/** What became of a layer in a pool; nothing where it has never had it. */
export type Cell = 'added' | 'removed' | 'edited' | 'moved' | 'same' | undefined;

export interface Matrix {
  readonly layers: readonly string[];
  readonly rows: readonly {
    readonly pool: string;
    readonly change: PoolDiff['change'] | 'same';
    /** In the order of `layers`. */
    readonly cells: readonly Cell[];
  }[];
}
