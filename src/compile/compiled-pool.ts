import type { ContextFile } from '../containerfile/context-file.ts';
import type { Instruction } from '../containerfile/instruction.ts';
import type { Origin } from '../diagnostics.ts';
import type { Cluster } from '../spec/cluster.ts';
import type { JobSettings } from '../spec/job.ts';
import type { Layer } from '../spec/layer.ts';
import type { Located } from '../spec/library.ts';
import type { Stage } from '../steps/step.ts';
import type { Architecture } from '../values/architecture.ts';
import type { BuildSecret } from '../values/build-secret.ts';
import type { PinnedImage } from '../values/image-ref.ts';
import type { PoolId } from '../values/pool-id.ts';
import type { PlacedClaim } from './conflicts.ts';
import type { EffectivePool } from './effective.ts';
import type { ImageKernel } from './image-kernel.ts';
import type { NodeSpec } from './node.ts';

/** An instruction, and where it came from. */
export interface Traced {
  readonly instruction: Instruction;
  /** The layer's name; none for what ends the stage. */
  readonly layer?: string;
  readonly kind: string;
  /** What the step says of itself to readers. */
  readonly comment?: string;
  /** Where the step was written, and its own values; none for what ends the stage. */
  readonly origin?: Origin;
  readonly props?: unknown;
}

/** A stage before the last one, and where it came from. */
export interface TracedStage extends Stage {
  readonly layer: string;
  readonly origin: Origin;
  readonly props: unknown;
}

/** A pool's layers, composed for one architecture: all that its image is made of. */
export interface CompiledBuild {
  readonly architecture: Architecture;
  readonly base: PinnedImage;
  /** The RHEL under the release; unknown where the base is another one. */
  readonly el?: string;
  /** Where the base was written: in the pool, or in its release. */
  readonly baseOrigin: Origin;
  /** The OS image of its release, where that has a document. */
  readonly osImage?: PinnedImage;
  /** The release's image of extensions, where its document has one. */
  readonly extensionsImage?: PinnedImage;
  readonly stages: readonly TracedStage[];
  readonly traced: readonly Traced[];
  readonly files: readonly ContextFile[];
  /** What its build sees of secrets, by name. */
  readonly secrets: readonly BuildSecret[];
  readonly containerfile: string;
  /** What its steps take hold of. */
  readonly claims: readonly PlacedClaim[];
  /** Of the base it is compiled with, and what a step put in its place. */
  readonly kernels: { readonly base: ImageKernel | undefined; readonly installed: ImageKernel | undefined };
  /** What the image's bytes depend on, in 32 hexadecimal digits. */
  readonly hash: string;
}

/**
 * A pool with its layers composed: all that the manifests and the build are made of. What is of one build is of its first
 * architecture, but for the claims, which are of all, and the hash: that of several is their index's.
 */
export interface CompiledPool extends CompiledBuild {
  readonly id: PoolId;
  /** One for each of its architectures. */
  readonly builds: readonly CompiledBuild[];
  /** Its cluster's document; none in the unnamed cluster. */
  readonly cluster?: Cluster;
  /** The repository that its image is pushed to; none where the cluster builds it. */
  readonly image?: string;
  readonly pool: EffectivePool;
  readonly origin: Origin;
  /** Its layers, those written in place and those of documents. */
  readonly layers: readonly Located<Layer>[];
  /** How many characters the Containerfile may have, and how many each layer takes; none where there is no limit. */
  readonly room?: { readonly limit: number; readonly costs: string };
  /** What goes into its MachineConfig beside the image. */
  readonly node: NodeSpec;
  /** Who builds. */
  readonly by: 'local' | 'job' | 'cluster';
  readonly job?: JobSettings;
  /** The identity of the pool whose pin it takes by promotion; none where it is built and pinned itself. */
  readonly follows?: string;
}
