import type { PlacedSilence } from '../silence.ts';
import { at, isObject, type Manifest, place } from './manifests.ts';

/** What an object's annotations silence: `silence.cdk8s-os-layers/<code>: <reason>`. */
const PREFIX = 'silence.cdk8s-os-layers/';

export function silencesIn(objects: readonly Manifest[]): PlacedSilence[] {
  return objects.flatMap((object) => {
    const annotations = at(object, 'metadata', 'annotations');
    return Object.entries(isObject(annotations) ? annotations : {}).flatMap(([key, reason]) =>
      key.startsWith(PREFIX)
        ? {
            value: { check: key.slice(PREFIX.length), reason: String(reason) },
            origin: place(object, 'metadata', 'annotations', key),
            scope: object.origin,
          }
        : [],
    );
  });
}
