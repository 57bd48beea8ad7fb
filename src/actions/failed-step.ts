import type { Place } from '../compile/places.ts';
import { below, type Diagnostic, LayersError, type Origin } from '../diagnostics.ts';
import { buildPlaces } from '../synth/synth.ts';

/** The errors of builds, each with the place in `layers/` that the instruction which failed came from. */
export function located(root: string, error: LayersError): LayersError {
  if (!error.diagnostics.some(isUnplaced)) return error;
  let places: ReadonlyMap<string, readonly Place[]>;
  try {
    places = buildPlaces(root);
  } catch (other) {
    // What was edited since no longer compiles: the failure stands without its place.
    if (other instanceof LayersError) return error;
    throw other;
  }
  return new LayersError(error.diagnostics.map((diagnostic) => placed(diagnostic, places)));
}

function isUnplaced({ failed, origin }: Diagnostic): boolean {
  return failed !== undefined && origin === undefined;
}

function placed(diagnostic: Diagnostic, places: ReadonlyMap<string, readonly Place[]>): Diagnostic {
  const { failed } = diagnostic;
  if (!isUnplaced(diagnostic) || failed?.index === undefined) return diagnostic;
  const place = places.get(failed.build)?.[failed.index - 1];
  if (place === undefined) return diagnostic;
  return { ...diagnostic, origin: originIn(place, failed.subject) };
}

/** Where the value that it is about was written, else its step. */
export function originIn({ origin, props }: Place, subject: string | undefined): Origin {
  const path = subject === undefined ? undefined : pathTo(props, subject);
  return path === undefined ? origin : below(origin, path);
}

/** The path of the value that is this text, or else has it in it, as a URL has its file's name. */
function pathTo(props: unknown, subject: string): (string | number)[] | undefined {
  return (
    find(props, (text) => text === subject) ??
    find(props, (text) => text.includes(subject) || within(subject, text))
  );
}

/** A repository's `baseurl` is the beginning of every URL in it. */
function within(subject: string, text: string): boolean {
  return /^https?:\/\/[^/]+/.test(text) && subject.startsWith(text);
}

function find(value: unknown, isIt: (text: string) => boolean): (string | number)[] | undefined {
  if (typeof value === 'string') return isIt(value) ? [] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const path = find(item, isIt);
    if (path !== undefined) return [key, ...path];
  }
  return undefined;
}
