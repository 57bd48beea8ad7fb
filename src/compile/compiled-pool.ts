import type { ContextFile } from '../containerfile/context-file.ts';
import type { Instruction } from '../containerfile/instruction.ts';
import type { Origin } from '../diagnostics.ts';
import type { JobSettings } from '../spec/build.ts';
import type { PinnedImage } from '../values/image-ref.ts';
import type { PoolId } from '../values/pool-id.ts';
import type { EffectivePool } from './effective.ts';

/** An instruction, and where it came from. */
export interface Traced {
  readonly instruction: Instruction;
  /** The layer's name; none for what ends the stage. */
  readonly layer?: string;
  readonly kind: string;
  /** What the step says of itself to readers. */
  readonly comment?: string;
}

/** A pool with its layers composed: all that the manifests and the build are made of. */
export interface CompiledPool {
  readonly id: PoolId;
  readonly pool: EffectivePool;
  readonly origin: Origin;
  readonly base: PinnedImage;
  readonly traced: readonly Traced[];
  readonly files: readonly ContextFile[];
  readonly containerfile: string;
  /** Who builds. */
  readonly by: 'local' | 'job' | 'cluster';
  readonly job?: JobSettings;
  /** What the image's bytes depend on, in 32 hexadecimal digits. */
  readonly hash: string;
}
