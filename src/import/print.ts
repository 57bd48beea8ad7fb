import { Document, isNode, isScalar } from 'yaml';

/** A document for `layers/`, with comments for people. */
export interface Printed {
  readonly data: object;
  /** Above the document. */
  readonly comments?: readonly string[];
  /** Above each step. */
  readonly stepComments?: readonly (readonly string[])[];
}

/** Documents as people would write them. */
export function printDocuments(documents: readonly Printed[]): string {
  return documents.map(printOne).join('---\n');
}

function printOne({ data, comments = [], stepComments = [] }: Printed): string {
  const document = new Document(data);
  if (comments.length > 0 && isNode(document.contents)) document.contents.commentBefore = commentOf(comments);
  for (const [index, lines] of stepComments.entries()) {
    const step = document.getIn(['steps', index], true);
    if (lines.length > 0 && isNode(step)) step.commentBefore = commentOf(lines);
  }
  // In quotes, as in all examples: of 4.20 YAML would make a number.
  const release = document.get('release', true);
  if (isScalar(release)) release.type = 'QUOTE_DOUBLE';
  return document.toString({ lineWidth: 0 });
}

/** Lines that YAML takes for a comment, whatever is in them. */
function commentOf(lines: readonly string[]): string {
  return lines
    .map((line) => ` ${line.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\ufeff\ufffd]+/gu, ' ').trim()}`)
    .join('\n');
}
