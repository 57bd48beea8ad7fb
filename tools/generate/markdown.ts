import { Document, isScalar, visit } from 'yaml';
import type { Key } from './schema.ts';

export const NOTICE = '<!-- Made by `npm run generate` from the definitions in src/. Do not edit. -->\n';

export function table(keys: readonly Key[]): string {
  const rows = keys.map(
    ({ path, type, required, description }) =>
      `| \`${path}\` | ${cell(type)} | ${required ? 'yes' : 'no'} | ${cell(description)} |`,
  );
  return ['| Key | Type | Required | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;
}

/** Documents as people write them: lists of plain values on a line, versions in quotes, and texts with line ends as blocks. */
export function yaml(...documents: readonly unknown[]): string {
  return documents.map(print).join('---\n');
}

function print(data: unknown): string {
  const document = new Document(data, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, node) => {
      node.flow = node.items.every(isScalar);
    },
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && /^\d+(\.\d+)*$/.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** In code nothing is escaped but what would end the cell. */
function cell(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .split('`')
    .map((part, index) => (index % 2 === 0 ? part.replaceAll('<', '&lt;') : part))
    .join('`')
    .replaceAll('|', '\\|');
}
