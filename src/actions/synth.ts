import { type Diagnostic, LayersError } from '../diagnostics.ts';
import type { Change } from '../synth/dist.ts';
import { render, reversals, write } from '../synth/synth.ts';
import { strictly } from './strict.ts';

export interface SynthOptions {
  readonly root: string;
  /** Make errors of pins that are behind or missing. */
  readonly strict?: boolean;
}

export interface SynthResult {
  readonly changes: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles `layers/` into `dist/`. */
export function synth({ root, strict = false }: SynthOptions): SynthResult {
  const { files, findings } = render(root);
  const found = [...findings, ...reversals(root, files)];
  const diagnostics = strict ? strictly(found) : found;
  if (strict && diagnostics.some(({ severity }) => severity === 'error')) throw new LayersError(diagnostics);
  return { changes: write(root, files), diagnostics };
}
