import { below, type Diagnostic, type Origin } from '../diagnostics.ts';
import type { EffectivePool } from './effective.ts';

/** Says what is wrong with a key of a pool, wherever that key was written. */
export type Report = (
  code: string,
  key: string,
  message: string,
  hint: string,
  severity?: Diagnostic['severity'],
  related?: Diagnostic['related'],
) => void;

export function reportOn({ origins }: EffectivePool, origin: Origin, diagnostics: Diagnostic[]): Report {
  return (code, key, message, hint, severity = 'error', related = undefined) => {
    diagnostics.push({
      code,
      severity,
      source: severity === 'error' ? 'input' : 'finding',
      message,
      hint,
      origin: origins.get(key) ?? below(origin, [key]),
      ...(related && { related }),
    });
  };
}
