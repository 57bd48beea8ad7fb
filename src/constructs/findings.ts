import type { Subject } from '../compile/subject.ts';
import type { Diagnostic } from '../diagnostics.ts';

/** Names a file for what an app found, where `layers` runs the app and wants to know. */
export const FINDINGS = 'LAYERS_FINDINGS';
/** A line of that file: what one tree of constructs found, and the pools in it. */
export interface Found {
  readonly diagnostics: readonly Diagnostic[];
  readonly pools: readonly Subject[];
}

/** Likewise, for where each instruction of its builds was written. */
export const PLACES = 'LAYERS_PLACES';
