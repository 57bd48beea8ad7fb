import { compilePool } from '../../compile/compile.ts';
import { instancesOf } from '../../compile/instances.ts';
import type { Sources } from '../../compile/sources.ts';
import type { Diagnostic, Origin } from '../../diagnostics.ts';
import { type Draft, printDraft } from '../../import/draft.ts';
import type { Group } from '../../import/groups.ts';
import type { Piece } from '../../import/piece.ts';
import { settleAgain } from '../../import/settle.ts';
import { collect, type Library } from '../../spec/library.ts';
import { parseYaml } from '../../spec/yaml.ts';

/** Errors that code does not have: what a step refuses, the Containerfile's own command may still do. */
const LEFT_TO_RUN = new Set([
  'path-below-file',
  'path-not-shipped',
  'unknown-variable',
  'path-twice',
  'rpm-conflict',
  'rpm-twice',
  'package-replaced',
  'installed-and-removed',
  'kernel-incomplete',
  'kernel-mixed',
  'kernel-not-amd64',
  'unit-contradiction',
]);

export interface Verified {
  readonly text: string;
  /** What would be wrong with it, at places of the Containerfile. */
  readonly errors: readonly Diagnostic[];
}

/**
 * Compiles what would be written, with all that the repository has. A step that is refused there is left to run, where
 * code can say the same; all other errors stay.
 */
export function verify(
  draft: Draft,
  path: string,
  library: Library,
  sources: Sources,
  placeOf: (lines: readonly [number, number]) => Origin,
): Verified {
  for (;;) {
    const { text, groups } = printDraft(draft);
    const diagnostics = compileText(text, path, draft, library, sources).filter(
      ({ severity }) => severity === 'error',
    );
    const refused = diagnostics.find(
      (diagnostic) => LEFT_TO_RUN.has(diagnostic.code) && leaveToRun(diagnostic, groups, path),
    );
    if (refused !== undefined) settleAgain(draft.read.scope);
    if (refused === undefined) {
      return {
        text,
        errors: diagnostics.map((diagnostic) => relocate(diagnostic, groups, draft, path, placeOf)),
      };
    }
  }
}

function compileText(
  text: string,
  path: string,
  draft: Draft,
  library: Library,
  sources: Sources,
): Diagnostic[] {
  const { documents, diagnostics } = parseYaml(text, path);
  // Alone, a layer is compiled as the only one of a pool that has nothing else.
  const pool = draft.pool ?? POOL(draft.name);
  const all =
    draft.pool === undefined
      ? [...documents, { data: { kind: 'Pool', ...pool }, origin: { file: path, document: 1 } }]
      : documents;
  const own = collect(all);
  diagnostics.push(...own.diagnostics);
  if (own.diagnostics.some(({ severity }) => severity === 'error')) return diagnostics;
  const merged: Library = {
    ...library,
    layers: new Map([...library.layers, ...own.library.layers]),
    pools: own.library.pools,
  };
  const { instances } = instancesOf(
    draft.pool === undefined ? { ...merged, clusters: new Map(), defaults: [] } : merged,
  );
  for (const instance of instances) {
    diagnostics.push(...compilePool({ ...instance, library: merged, sources }).diagnostics);
  }
  return diagnostics;
}

const POOL = (layer: string) => ({
  name: 'import',
  release: '4.19.0',
  base: `localhost/import@sha256:${'0'.repeat(64)}`,
  layers: [layer],
  target: { machineConfig: { image: 'localhost/import' } },
});

/** The pieces of the step that an origin is in. */
function piecesAt(
  { file, document, path = [] }: Origin,
  groups: readonly Group[],
  written: string,
): readonly Piece[] {
  if (file !== written || document !== 0 || path[0] !== 'steps') return [];
  const group = groups[Number(path[1])];
  if (group === undefined) return [];
  const entry = typeof path[3] === 'number' ? group.entries[path[3]] : undefined;
  return entry === undefined ? group.entries : [entry];
}

function leaveToRun(
  { origin, related = [] }: Diagnostic,
  groups: readonly Group[],
  written: string,
): boolean {
  const places = [origin, ...related.map((one) => one.origin)].filter((place) => place !== undefined);
  const pieces = [...new Set(places.flatMap((place) => piecesAt(place, groups, written)))];
  const movable = pieces.filter((piece) => piece.as === 'steps' && piece.code !== undefined);
  // Of two that contradict each other both go, so that their order stays; at least one has to.
  for (const piece of movable) {
    piece.as = 'run';
    piece.why = 'its step is refused where it stands';
  }
  return movable.length > 0;
}

function relocate(
  diagnostic: Diagnostic,
  groups: readonly Group[],
  draft: Draft,
  written: string,
  placeOf: (lines: readonly [number, number]) => Origin,
): Diagnostic {
  const { origin } = diagnostic;
  if (origin?.file !== written) return diagnostic;
  const pieces = piecesAt(origin, groups, written);
  const lines = pieces[0]?.lines ?? draft.read.fromLines;
  const { related: _, ...rest } = diagnostic;
  return { ...rest, origin: placeOf(lines), ...(hintFor(diagnostic) && { hint: hintFor(diagnostic) }) };
}

/** What an author of YAML is told to write, an importer says by an option. */
function hintFor({ code, origin, hint }: Diagnostic): string | undefined {
  const path = origin?.path ?? [];
  if (code === 'missing-key' && path[0] === 'name') {
    return 'Say it: --release <version>, and --image <repository> or --push-spec and --push-secret. Or import the layer alone: --no-pool.';
  }
  if (code === 'image-missing')
    return 'Name the repository for the image: --image registry.example.com/os/worker.';
  if (code === 'unknown-release') {
    return `${hint ?? ''} \`layers release add\` writes one. Or import the layer alone: --no-pool.`.trim();
  }
  if (path.includes('renderedImagePushSpec')) return `${hint ?? ''} It is --push-spec.`.trim();
  if (path.includes('renderedImagePushSecret')) return `${hint ?? ''} It is --push-secret.`.trim();
  return hint;
}
