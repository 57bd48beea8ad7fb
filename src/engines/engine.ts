import type { Readable } from 'node:stream';
import type { BuildPlan } from '../plan/plan.ts';
import type { Digest } from '../values/digest.ts';
import type { ImageRef } from '../values/image-ref.ts';

export type EngineName = 'buildah' | 'podman';

/** Where an image goes. */
export type Destination =
  | { readonly kind: 'registry'; readonly ref: ImageRef; readonly insecure: boolean }
  /** An OCI layout in a folder. */
  | { readonly kind: 'layout'; readonly folder: string };

/** What an engine says while it works. */
export type EngineEvent =
  | {
      readonly type: 'step';
      readonly index: number;
      readonly total: number;
      readonly instruction: string;
      /** The layer and step it came from; none for FROM and what the engine adds. */
      readonly from?: string;
    }
  /** The step, which was told before, is in the engine's cache. */
  | { readonly type: 'cached'; readonly index: number }
  /** What failed for a reason that may pass is done again: which time it will be, of how many at most, and when. */
  | {
      readonly type: 'retry';
      readonly what: string;
      readonly attempt: number;
      readonly attempts: number;
      readonly seconds: number;
    }
  /** A shell is open, and has the terminal: `script` does what the instruction would have done. */
  | { readonly type: 'shell'; readonly instruction: string; readonly script: string }
  | { readonly type: 'examine' }
  | { readonly type: 'push'; readonly destination: string }
  /** The push that was told before has sent so many bytes by now; not on every system. */
  | { readonly type: 'sent'; readonly bytes: number };

export interface BuildRequest {
  readonly plan: BuildPlan;
  /** The pools that it is for, as people read it. */
  readonly pools: string;
  /** With its architecture, where the pools have several builds. Default: pools. */
  readonly title?: string;
  readonly containerfile: string;
  /** A folder with the plan's files in it, and nothing else. */
  readonly context: string;
  readonly destination: Destination;
  /** Whether the base is in a registry without TLS. */
  readonly insecureBase: boolean;
  readonly authFile?: string;
  /** Folders of the plan's secrets, by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Folders that every instruction sees, and may write to: what is written there is in no layer. */
  readonly volumes?: readonly { readonly folder: string; readonly target: string }[];
  /** A file for all that the engine prints. */
  readonly log: string;
  /** A folder for small files of its own. */
  readonly scratch: string;
  /** Opens a shell before the instruction that failed. */
  readonly debugShell?: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
  /** Looks into the image, a docker archive, before it goes anywhere: whether that was whole. What it throws ends the build. */
  readonly examine?: (archive: Readable) => Promise<boolean>;
  /** The last word on whether the destination may be written, minutes after the build began. `id`: the digest of the image's configuration. */
  readonly beforePush: (id: string) => Promise<void>;
}

/** What it takes to build and keep nothing. */
export type TrialRequest = Omit<BuildRequest, 'destination' | 'beforePush'>;

/** One file an engine: a plan in, a pushed image out. */
export interface Engine {
  readonly name: EngineName;
  /** Its version. Throws, with what to install, where it cannot be used. */
  probe(): Promise<string>;
  /** The folder that it keeps images in, and whether an image is there already. Not of one that builds elsewhere. */
  storage?(image: string): Promise<{ readonly folder: string; readonly hasImage: boolean }>;
  /** Builds and pushes. The digest is what the engine wrote into its digest file, and is yet to be verified. */
  build(request: BuildRequest): Promise<Digest>;
  /** Builds, and leaves what comes of it in its cache: no destination gets anything. */
  try(request: TrialRequest): Promise<void>;
}
