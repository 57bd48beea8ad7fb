import type { EngineEvent } from '../engines/engine.ts';

/** What happens during `layers build`, for reports. `hash` is the build's. */
export type BuildEvent =
  | { readonly type: 'skipped'; readonly pool: string; readonly why: 'cluster' | 'job' }
  | {
      readonly type: 'up-to-date';
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
  /** `unchanged`: nothing was done. `skipped`: somebody else builds it. */
  readonly result: 'built' | 'unchanged' | 'copied' | 'adopted' | 'skipped';
  readonly build?: string;
  readonly image?: string;
  readonly digest?: string;
  readonly pushed?: boolean;
}
