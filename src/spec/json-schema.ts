import * as z from 'zod';
import { DOCUMENTS } from './document.ts';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The JSON Schema of a document of `layers/`, whatever its kind: what an editor checks, completes and explains it by.
 * Draft 7, which every version of yaml-language-server reads without a complaint. What is in it means the same in 2020-12.
 */
export function documentSchema(): JsonSchema {
  const kinds = Object.entries(DOCUMENTS).map(([kind, schema]) => ({ kind, schema: schemaOf(schema) }));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A document of layers/',
    type: 'object',
    properties: {
      kind: { description: 'What this document is.', enum: kinds.map(({ kind }) => kind) },
    },
    required: ['kind'],
    allOf: kinds.map(({ kind, schema }) => ({
      if: { properties: { kind: { const: kind } }, required: ['kind'] },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
      then: schema,
    })),
  };
}

/** Of what is written, not of what it means. */
function schemaOf(document: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(document, { io: 'input', target: 'draft-07' });
  return schema;
}
