import type { CompiledPool, Traced } from '../compile/compiled-pool.ts';
import { below, type Diagnostic, LayersError, type Origin } from '../diagnostics.ts';
import { compiledPools } from '../synth/synth.ts';

/** The errors of builds, each with the place in `layers/` that the instruction which failed came from. */
export function located(root: string, error: LayersError): LayersError {
  if (!error.diagnostics.some(isUnplaced)) return error;
  let pools: readonly CompiledPool[];
  try {
    pools = compiledPools(root);
  } catch (other) {
    // What was edited since no longer compiles: the failure stands without its place.
    if (other instanceof LayersError) return error;
    throw other;
  }
  return new LayersError(error.diagnostics.map((diagnostic) => placed(diagnostic, pools)));
}

function isUnplaced({ failed, origin }: Diagnostic): boolean {
  return failed !== undefined && origin === undefined;
}

function placed(diagnostic: Diagnostic, pools: readonly CompiledPool[]): Diagnostic {
  const { failed } = diagnostic;
  const pool = pools.find(({ hash }) => hash === failed?.build);
  if (!isUnplaced(diagnostic) || pool === undefined || failed?.index === undefined) return diagnostic;
  const place = placesOf(pool)[failed.index - 1];
  if (place === undefined) return diagnostic;
  const path = failed.subject === undefined ? undefined : pathTo(place.props, failed.subject);
  return { ...diagnostic, origin: path === undefined ? place.origin : below(place.origin, path) };
}

/** Where every instruction came from, in the order of the Containerfile. */
function placesOf({
  stages,
  traced,
  origin,
  baseOrigin,
}: CompiledPool): Pick<Required<Traced>, 'origin' | 'props'>[] {
  const before = stages.flatMap((stage) => [
    { origin: below(stage.origin, ['from']), props: undefined },
    ...stage.instructions.map(() => ({ origin: stage.origin, props: stage.props })),
  ]);
  const end: Origin = below(origin, ['layers']);
  return [
    ...before,
    { origin: baseOrigin, props: undefined },
    ...traced.map((step) => ({ origin: step.origin ?? end, props: step.props })),
  ];
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
