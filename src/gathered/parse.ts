import yaml from 'js-yaml';
import { type Data, isData, type SavedObject, textAt } from './object.ts';

/** The objects of a file's text: YAML of several documents, JSON, and Lists. What is no object of Kubernetes is passed over. */
export function parseObjects(text: string, file: string): { objects: SavedObject[]; fault?: string } {
  try {
    return { objects: documentsOf(text).flatMap((document) => objectsIn(document, file)) };
  } catch (error) {
    return { objects: [], fault: firstLine((error as Error).message) };
  }
}

/** Whether a text may be objects: a folder has much that is text and none. */
export function looksLikeObjects(start: string): boolean {
  // Lines of a log may begin with a bracket: `[1/3] STEP 1/3: FROM …`.
  return /^\s*(?:\{\s*["a-z]|\[\s*\{)/i.test(start) || /^(?:apiVersion|kind|items):/m.test(start);
}

function documentsOf(text: string): unknown[] {
  if (/^\s*[[{]/.test(text)) {
    try {
      return [JSON.parse(text)];
    } catch {
      // YAML's own braces, or several documents
    }
  }
  return yaml.loadAll(text, null, { schema: yaml.CORE_SCHEMA, json: true });
}

/** What a List says of its items. */
interface ListOf {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** A List's items may leave out what the List has said. */
function objectsIn(data: unknown, file: string, list?: ListOf): SavedObject[] {
  if (Array.isArray(data)) return data.flatMap((item) => objectsIn(item, file));
  if (!isData(data)) return [];
  const apiVersion = textAt(data, 'apiVersion') ?? list?.apiVersion;
  const kind = textAt(data, 'kind') ?? list?.kind;
  if (apiVersion === undefined || kind === undefined) return [];
  if (kind.endsWith('List') && 'items' in data) {
    const of = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
    return Array.isArray(data.items) ? data.items.flatMap((item) => objectsIn(item, file, of)) : [];
  }
  return [{ apiVersion, kind, ...namesOf(data), data, file, ...(list && { isListed: true }) }];
}

function namesOf(data: Data): { name: string; namespace?: string } {
  const namespace = textAt(data, 'metadata', 'namespace');
  return { name: textAt(data, 'metadata', 'name') ?? '', ...(namespace !== undefined && { namespace }) };
}

function firstLine(text: string): string {
  return text.split('\n')[0]!;
}
