import type { EngineEvent } from '../engines/engine.ts';

/** What happens during `layers build`, for reports. `hash` is the build's. */
export type BuildEvent =
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'cluster' | 'job' }
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'follows'; readonly leader: string }
  /** `known`: it was built before, and is not built again. */
  | {
      readonly type: 'up-to-date' | 'known';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly digest: string;
    }
  | {
      readonly type: 'started';
      readonly hash: string;
      readonly pools: readonly string[];
      readonly engine: string;
      readonly version: string;
      readonly log: string;
    }
  | ({ readonly hash: string } & EngineEvent)
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
      readonly digest: string;
      readonly pushed: boolean;
      readonly seconds: number;
    };

/** How a pool came out. */
export interface PoolResult {
  readonly pool: string;
  /**
   * `unchanged`: nothing was done. `copied`: it was built before, perhaps for another pool. `adopted`: the registry had
   * it, from elsewhere. `promoted`: it is that of the pool which this one follows. `skipped`: it is not built here.
   */
  readonly result: 'built' | 'unchanged' | 'copied' | 'adopted' | 'promoted' | 'skipped';
  /** Who builds what was skipped; or that it takes the image of the pool which it follows. */
  readonly by?: 'cluster' | 'job' | 'follows';
  readonly leader?: string;
  readonly build?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly pushed?: boolean;
}
