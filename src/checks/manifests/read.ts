import { type Document, isScalar, type Node, parseAllDocuments, visit } from 'yaml';
import { below, type Diagnostic, failure, type Origin } from '../../diagnostics.ts';
import { withoutMark } from '../../spec/yaml.ts';
import type { Manifest } from './manifests.ts';

/** More than an API server takes, many times over. */
const LARGEST = 16 * 1024 * 1024;

/** The objects of a text: YAML of several documents, JSON, and lists of objects. */
export function readManifests(
  original: string,
  file: string,
): { objects: Manifest[]; diagnostics: Diagnostic[] } {
  const text = withoutMark(original);
  if (text.length > LARGEST) {
    return invalid({ file }, `this file has ${text.length} characters, and at most ${LARGEST} are read`);
  }
  const objects: Manifest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [document, parsed] of [
    ...parseAllDocuments(text, { merge: true, logLevel: 'error' }),
  ].entries()) {
    const [error] = parsed.errors;
    if (error !== undefined) {
      const message = error.message.split(' at line ')[0]!;
      diagnostics.push(...invalid({ file, offset: error.pos[0] }, message).diagnostics);
      continue;
    }
    const template = findTemplate(parsed);
    if (template !== undefined) {
      const hint =
        'Templates are checked as what they become: `helm template … | layers check --manifests -`.';
      diagnostics.push(...invalid({ file, offset: template }, 'a key is not text here', hint).diagnostics);
      continue;
    }
    try {
      objects.push(...objectsIn(parsed.toJS({ maxAliasCount: 100 }), { file, document, path: [] }));
    } catch (thrown) {
      // More aliases than anybody writes: each may stand for thousands of others.
      const { message } = thrown as Error;
      diagnostics.push(...invalid({ file, document, path: [] }, message).diagnostics);
    }
  }
  return { objects, diagnostics };
}

/** A document's object, or those of a List. What is no object of Kubernetes is passed over. */
function objectsIn(data: unknown, origin: Origin): Manifest[] {
  if (typeof data !== 'object' || data === null) return [];
  const { apiVersion, kind, metadata, items } = data as Record<string, unknown>;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  if (kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, index) => objectsIn(item, below(origin, ['items', index])));
  }
  const { name } = (metadata ?? {}) as { name?: unknown };
  return [{ apiVersion, kind, name: typeof name === 'string' ? name : '', data, origin }];
}

/** Where a key is a mapping or a list, as `{{ .Values.name }}` is to YAML. */
function findTemplate(parsed: Document): number | undefined {
  let found: number | undefined;
  visit(parsed, {
    Pair(_, { key }) {
      if (isScalar(key) || key === null) return undefined;
      found = (key as Node).range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

function invalid(
  origin: Origin,
  message: string,
  hint = 'Look at the brackets, quotes and indentation here and in the lines above.',
): { objects: Manifest[]; diagnostics: Diagnostic[] } {
  return {
    objects: [],
    diagnostics: failure('input', 'invalid-yaml', message, { origin, hint }).diagnostics as Diagnostic[],
  };
}
