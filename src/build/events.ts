import type { EngineEvent } from '../engines/engine.ts';
import type { Hold } from '../spec/lock.ts';
import type { Architecture } from '../values/architecture.ts';
import type { LeftOut } from './left-out.ts';

/** What happens during `layers build`, for reports. `hash` is the build's; `architecture` is said where it is part of an index. */
export type BuildEvent =
  /** Another process is at work in the repository. */
  | { readonly type: 'waiting'; readonly pid: number; readonly host: string }
  /** --resume: the pools of the run that goes on, none for all; or that there is nothing to go on with. */
  | { readonly type: 'resumed'; readonly pools: readonly string[] }
  | { readonly type: 'nothing-to-resume' }
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'cluster' | 'job' }
  /** Its cluster builds it, and that cannot be tried here without an entitlement. */
  | {
      readonly type: 'skipped';
      readonly hash: string;
      readonly pool: string;
      readonly why: 'entitlement';
    }
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'follows'; readonly leader: string }
  /** A hold keeps its pin, which would move. */
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'held'; readonly hold: Hold }
  /** `known`: it was built before, and is not built again. */
  | {
      readonly type: 'up-to-date' | 'known';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architecture?: Architecture;
      readonly digest: string;
    }
  /** It is to be built, as soon as its turn comes. */
  | {
      readonly type: 'queued';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architecture?: Architecture;
    }
  | {
      readonly type: 'started';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architecture?: Architecture;
      readonly engine: string;
      readonly version: string;
      readonly log: string;
      /** It is the cluster's build that is tried. */
      readonly preflight?: true;
    }
  /** The cluster's build went through here, in so many seconds; or before, and nothing changed since. */
  | {
      readonly type: 'preflight-passed';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly leftOut: readonly LeftOut[];
      readonly seconds?: number;
    }
  | ({ readonly hash: string } & EngineEvent)
  /** Another build pushes layers that this one has as well. */
  | { readonly type: 'push-waits'; readonly hash: string }
  /** A folder has less room than a build of this base takes, by rule of thumb; in bytes. */
  | {
      readonly type: 'low-space';
      readonly hash: string;
      readonly folder: string;
      readonly free: number;
      readonly needed: number;
    }
  | {
      readonly type: 'copied' | 'adopted';
      readonly hash: string;
      readonly image: string;
      readonly digest: string;
    }
  | {
      readonly type: 'finished';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architecture?: Architecture;
      readonly digest: string;
      readonly pushed: boolean;
      readonly seconds: number;
      readonly steps: { readonly total: number; readonly cached: number };
      readonly size?: number;
    }
  /** The images of all architectures have one digest, which was written and checked; or is kept here. */
  | {
      readonly type: 'indexed';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architectures: readonly Architecture[];
      readonly digest: string;
      readonly pushed: boolean;
    }
  /** Another attempt follows. */
  | {
      readonly type: 'push-rejected';
      readonly to: string;
      readonly why: string;
      readonly seconds: number;
    }
  /** Where its pin was to go, a pool has other inputs than those that were built. */
  | { readonly type: 'superseded'; readonly pool: string; readonly where: string; readonly why: string }
  /** Why is told in full at the end, with the codes of the `failed` line. */
  | {
      readonly type: 'build-failed';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly architecture?: Architecture;
      readonly message: string;
    };

/** How a pool came out. */
export interface PoolResult {
  readonly pool: string;
  /**
   * `unchanged`: nothing was done. `copied`: it was built before, perhaps for another pool. `adopted`: the registry had
   * it, from elsewhere. `promoted`: it is that of the pool which this one follows. `preflight ok`: its cluster builds it,
   * and that went through here. `skipped`: it is not built here. `held`: a
   * hold keeps its pin. `not tried`: another one had failed.
   */
  readonly result:
    | 'built'
    | 'unchanged'
    | 'copied'
    | 'adopted'
    | 'promoted'
    | 'preflight ok'
    | 'skipped'
    | 'held'
    | 'failed'
    | 'not tried';
  /** Who builds what was skipped; or that it takes the image of the pool which it follows. */
  readonly by?: 'cluster' | 'job' | 'follows';
  readonly leader?: string;
  readonly hold?: Hold;
  /** What the cluster does and a preflight did not, or why there was none. */
  readonly leftOut?: readonly LeftOut[];
  readonly build?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly pushed?: boolean;
  /** Of what was built: how long that took, and how many instructions of its layers were in the engine's cache. */
  readonly seconds?: number;
  readonly steps?: { readonly total: number; readonly cached: number };
  /** Bytes that a node pulls which has none of the image, as its manifest says. */
  readonly size?: number;
}
