import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from 'yaml';
import type { Origin } from '../diagnostics.ts';
import { withoutMark } from './yaml.ts';

/** A place in a file for people: 1-based, and as many columns as the value has on that line. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly width: number;
}

/** Where an origin is in the text of its file. Parses the text again, with positions: only errors pay for it. */
export function locate(
  original: string,
  { document = 0, path = [], line: inner, offset }: Origin,
): Place | undefined {
  const text = withoutMark(original);
  if (offset !== undefined) {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1, width: 1 };
  }
  const { documents, lines } = parse(text);
  const node = documents[document]?.contents;
  const found = isNode(node) ? rangeAt(node, path) : undefined;
  if (found === undefined) return undefined;
  const [start, end] = (inner === undefined ? undefined : lineOf(text, found, inner)) ?? found;
  const { line, col } = lines.linePos(start);
  const lineEnd = text.indexOf('\n', start);
  return {
    line,
    column: col,
    width: Math.max(1, Math.min(end, lineEnd < 0 ? text.length : lineEnd) - start),
  };
}

interface Parsed {
  readonly text: string;
  readonly documents: readonly Document[];
  readonly lines: LineCounter;
}

/** A file with one thing wrong often has many, and is parsed once for them all. */
let last: Parsed | undefined;

function parse(text: string): Parsed {
  if (last?.text === text) return last;
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines }) as Document[];
  last = { text, documents, lines };
  return last;
}

/** The range of a line within a block of literal text, which begins below its `|`. In other texts lines are folded. */
function lineOf(text: string, [start, end]: [number, number], line: number): [number, number] | undefined {
  if (text[start] !== '|') return undefined;
  let from = start;
  for (let count = 0; count <= line; count++) {
    from = text.indexOf('\n', from) + 1;
    if (from === 0 || from >= end) return undefined;
  }
  const [indent = ''] = /^[ ]*/.exec(text.slice(from, end)) ?? [];
  const lineEnd = text.indexOf('\n', from);
  return [from + indent.length, lineEnd < 0 ? end : lineEnd];
}

/** The range of the value at a path; of the last key on the way where the value is not there, is a collection or is not known. */
function rangeAt(root: Node, path: readonly (string | number)[]): [number, number] | undefined {
  let node: Node | null | undefined = root;
  let range = firstOf(root);
  for (const [index, key] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key)) as
        | Pair<Node, Node | null>
        | undefined;
      if (pair === undefined) return range;
      range = toRange(pair.key);
      node = pair.value;
      if (isLast && isScalar(node)) range = toRange(node);
    } else if (isSeq(node)) {
      node = node.items[Number(key)] as Node | undefined;
      if (!isNode(node)) return range;
      range = firstOf(node);
    } else return range;
  }
  return range;
}

/** A scalar's own range, and of a collection that of its first key. */
function firstOf(node: Node): [number, number] | undefined {
  if (isMap(node)) return toRange(node.items[0]?.key as Node | undefined) ?? toRange(node);
  return toRange(node);
}

function toRange(node: Node | null | undefined): [number, number] | undefined {
  return node?.range ? [node.range[0], node.range[1]] : undefined;
}
