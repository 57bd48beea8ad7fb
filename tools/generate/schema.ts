import * as z from 'zod';

/** A key of a document, as the reference lists it. */
export interface Key {
  /** `rpms[].url`: from the top of what is described. */
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

export type Schema = z.core.$ZodType;

/** Every key of a schema, outer ones first. A key without a description is an error: the reference would have a gap. */
export function keysOf(schema: Schema, path = ''): Key[] {
  const inner = innermost(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element, `${path}[]`);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => keysOf(option, path));
  if (inner instanceof z.ZodRecord) {
    const key = path === '' ? '<name>' : `${path}.<name>`;
    const below = keysOf(inner.valueType, key);
    if (below.length > 0) return below;
    const description = describe(inner.valueType, key);
    return [{ path: key, type: typeOf(inner.valueType), required: true, description }];
  }
  if (!(inner instanceof z.ZodObject)) return [];
  const shape = Object.entries(inner.shape);
  // DOCUMENTS adds the kind last; people write it first.
  const kind = shape.filter(([name]) => name === 'kind');
  return [...kind, ...shape.filter(([name]) => name !== 'kind')].flatMap(([name, child]) => {
    const key = path === '' ? name : `${path}.${name}`;
    const row = {
      path: key,
      type: typeOf(child),
      required: !isOptional(child),
      description: describe(child, key),
    };
    return [row, ...keysOf(child, key)];
  });
}

/** What a person writes there, in the words of YAML; of several, in the plural. */
export function typeOf(schema: Schema, several = false): string {
  const inner = innermost(schema);
  const s = several ? 's' : '';
  if (inner instanceof z.ZodString) return `text${s}`;
  if (inner instanceof z.ZodBoolean) return 'true or false';
  if (inner instanceof z.ZodNumber) return `number${s}`;
  if (inner instanceof z.ZodLiteral) return [...inner.values].map(code).join(' or ');
  if (inner instanceof z.ZodEnum) return inner.options.map(code).join(' or ');
  if (inner instanceof z.ZodArray) return `list${s} of ${typeOf(inner.element, true)}`;
  if (inner instanceof z.ZodObject || inner instanceof z.ZodRecord) return `mapping${s}`;
  if (inner instanceof z.ZodUnion) {
    return [...new Set(inner.options.map((option) => typeOf(option, several)))].join(' or ');
  }
  throw new Error(`the reference has no word for ${inner._zod.def.type}`);
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

export function isOptional(schema: Schema): boolean {
  return schema instanceof z.ZodOptional;
}

/** The description nearest to the outside. */
export function descriptionOf(schema: Schema): string | undefined {
  const own = (schema as z.ZodType).description;
  if (own !== undefined) return own;
  const next = under(schema);
  return next === undefined ? undefined : descriptionOf(next);
}

export function describe(schema: Schema, key: string): string {
  const text = descriptionOf(schema);
  if (text === undefined) throw new Error(`${key} has no description: add .describe('…') to its schema`);
  return text;
}

/** The schema under optional() and transform(). */
export function innermost(schema: Schema): Schema {
  const next = under(schema);
  return next === undefined ? schema : innermost(next);
}

function under(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodOptional) return schema.unwrap();
  if (schema instanceof z.ZodPipe) return schema.in;
  return undefined;
}
