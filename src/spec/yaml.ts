import yaml from 'js-yaml';
import { isScalar, type Node, Parser, parseAllDocuments, visit } from 'yaml';
import { type Diagnostic, failure, type Origin } from '../diagnostics.ts';

/** A document of a file, as data. */
export interface YamlDocument {
  readonly data: unknown;
  readonly origin: Origin;
}

const SYNTAX_HINT = 'Look at the brackets, quotes and indentation here and in the lines above.';
const CONFLICT_HINT = 'Settle it, and take the lines of <, = and > out.';

/** More than anybody writes by hand. */
const LARGEST = 4 * 1024 * 1024;

/** What only appears where YAML is more than data: directives, tags, explicit keys, anchors and aliases, collections as keys. */
const UNUSUAL = /^%|(?:^|[\s[{,])[!&*?]|[\]}"']\s*:\s|<<\s*:/m;

/** The documents of a file. Empty ones are left out, and keep their number. */
export function parseYaml(
  original: string,
  file: string,
): { documents: YamlDocument[]; diagnostics: Diagnostic[] } {
  const text = withoutMark(original);
  if (text.length > LARGEST) {
    return invalid(
      { file },
      `this file has ${text.length} characters, and at most ${LARGEST} are read`,
      'Split it.',
    );
  }
  if (text.includes('\ufffd')) {
    return invalid({ file, offset: text.indexOf('\ufffd') }, 'this file is not UTF-8', 'Save it as UTF-8.');
  }
  const unusual = UNUSUAL.test(text) ? findUnusual(text, file) : [];
  if (unusual.length > 0) return { documents: [], diagnostics: unusual };
  try {
    const documents: YamlDocument[] = [];
    let document = 0;
    yaml.loadAll(
      text,
      (data) => {
        if (data !== undefined && data !== null) documents.push({ data, origin: { file, document } });
        document++;
      },
      { schema: yaml.CORE_SCHEMA, filename: file },
    );
    return { documents, diagnostics: [] };
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    const conflict = /^<{7} /m.exec(text);
    if (conflict !== null) {
      return invalid({ file, offset: conflict.index }, 'this file has a merge conflict', CONFLICT_HINT);
    }
    return invalid({ file, offset: error.mark?.position ?? 0 }, error.reason, SYNTAX_HINT);
  }
}

/** A file's text without the byte order mark that some editors put first: nobody counts it as a column. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function invalid(
  origin: Origin,
  message: string,
  hint: string,
): { documents: YamlDocument[]; diagnostics: Diagnostic[] } {
  return {
    documents: [],
    diagnostics: failure('input', 'invalid-yaml', message, { origin, hint }).diagnostics as Diagnostic[],
  };
}

/** js-yaml keeps no positions and takes any key for text, so what it would pass over is looked for by the `yaml` package. */
function findUnusual(text: string, file: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const reject = (offset: number, what: string): void => {
    found.push(
      ...failure('input', 'unusual-yaml', `${what} have no place here`, {
        hint: 'Documents are plain mappings, lists, texts, numbers, true and false.',
        origin: { file, offset },
      }).diagnostics,
    );
  };
  for (const token of new Parser().parse(text)) {
    if (token.type === 'directive') reject(token.offset, 'directives');
  }
  for (const document of parseAllDocuments(text)) {
    visit(document, {
      Alias: (_, node) => reject(node.range?.[0] ?? 0, 'aliases'),
      Value: (_, node) => {
        if (node.anchor !== undefined) reject(node.range?.[0] ?? 0, 'anchors');
        if (node.tag !== undefined) reject(node.range?.[0] ?? 0, 'tags');
      },
      Pair: (_, pair) => {
        if (!isScalar(pair.key)) reject((pair.key as Node | null)?.range?.[0] ?? 0, 'keys that are not text');
      },
    });
  }
  return found;
}
