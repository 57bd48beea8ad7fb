import { isMap, parseAllDocuments } from 'yaml';
import { failure, type Origin } from '../diagnostics.ts';

/**
 * A file with a block of YAML more at the end of one of its documents. All else stays as people wrote it: comments, order
 * and quotes. A document that is not written as a block is theirs to edit.
 */
export function withBlock(text: string, origin: Origin, key: string, block: string): string {
  const index = origin.document ?? 0;
  const content = parseAllDocuments(text)[index]?.contents;
  const end = isMap(content) && !content.flow ? content.range?.[1] : undefined;
  if (end !== undefined) {
    const next = text[end - 1] === '\n' ? end : text.indexOf('\n', end) + 1 || text.length;
    const before = text.slice(0, next).replace(/(?<!\n)$/, '\n');
    const added = `${before}${block}${text.slice(next)}`;
    const made = parseAllDocuments(added)[index];
    if (made?.errors.length === 0 && isMap(made.contents) && made.contents.has(key)) return added;
  }
  throw failure('input', 'release-unusual', `${key} cannot be added to this document as it is written`, {
    hint: `Add it by hand:\n${block.trimEnd()}`,
    origin,
  });
}
