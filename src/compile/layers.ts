import type { Diagnostic, Origin } from '../diagnostics.ts';
import type { Layer } from '../spec/layer.ts';
import type { Library, Located } from '../spec/library.ts';
import type { EffectivePool } from './effective.ts';

/** A pool's layers, in their order: those written in place, and the documents of those that are named. */
export function resolveLayers(
  entries: EffectivePool['layers'],
  library: Library,
  diagnostics: Diagnostic[],
): Located<Layer>[] {
  const places = new Map<string, Origin>();
  return entries.flatMap(({ value: entry, origin: at }) => {
    const name = typeof entry === 'string' ? entry : entry.name;
    const first = places.get(name);
    if (first !== undefined) {
      diagnostics.push({
        code: 'layer-twice',
        severity: 'error',
        source: 'input',
        message: `the pool has the layer ${name} twice`,
        hint: 'Leave one of them out, or rename the one written in place.',
        origin: at,
        related: [{ message: 'the first one', origin: first }],
      });
      return [];
    }
    places.set(name, at);
    if (typeof entry !== 'string') return [{ value: entry, origin: at }];
    const layer = library.layers.get(entry);
    if (layer !== undefined) return [layer];
    if (library.broken.has(`Layer ${entry}`)) return [];
    const known = [...library.layers.keys()].join(', ');
    diagnostics.push({
      code: 'unknown-layer',
      severity: 'error',
      source: 'input',
      message: `there is no layer ${entry}`,
      hint: known === '' ? 'There are no Layer documents yet.' : `Known are: ${known}.`,
      origin: at,
    });
    return [];
  });
}
