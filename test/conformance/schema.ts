import { Ajv, type ValidateFunction } from 'ajv';
import type { Rule } from './cel.ts';
import { broken } from './cel.ts';

/** A structural schema of Kubernetes, as far as CustomResourceDefinitions use it. */
export interface StructuralSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema | boolean;
  readonly items?: StructuralSchema;
  readonly 'x-kubernetes-validations'?: readonly Rule[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** Everything that the API server would say of an object, or of its change from an old one. Unknown fields included. */
export type Validator = (object: unknown, old?: unknown) => string[];

export function validatorOf(schema: StructuralSchema): Validator {
  const ajv = new Ajv({ strict: false, allErrors: true, useDefaults: true });
  ajv.addFormat('int32', { type: 'number', validate: (value) => (value | 0) === value });
  ajv.addFormat('int64', { type: 'number', validate: Number.isInteger });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  const validate: ValidateFunction = ajv.compile(toJsonSchema(schema, true));
  return (object, old) => {
    // Defaults are filled in before rules are looked at.
    const defaulted = structuredClone(object);
    validate(defaulted);
    const errors = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    return errors.length > 0 ? errors : ruleErrors(schema, defaulted, old, '');
  };
}

/** JSON Schema of a structural one. Where that would prune an unknown field silently, this makes an error of it. */
function toJsonSchema(schema: StructuralSchema, isRoot = false): Record<string, unknown> {
  const { properties, additionalProperties, items, type, ...rest } = schema;
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] || (type === 'object' && properties === undefined);
  const closed = additionalProperties === undefined && !isOpen && type === 'object';
  const children =
    properties && Object.entries(properties).map(([name, child]) => [name, toJsonSchema(child)]);
  return {
    ...rest,
    ...(schema['x-kubernetes-int-or-string'] ? { type: ['integer', 'string'] } : type && { type }),
    ...(children && { properties: Object.fromEntries(children) }),
    ...(items && { items: toJsonSchema(items) }),
    ...(closed && { additionalProperties: false }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: toJsonSchema(additionalProperties),
    }),
    ...(schema['x-kubernetes-list-type'] === 'set' && { uniqueItems: true }),
    ...(isRoot && {
      required: ['apiVersion', 'kind', 'metadata', ...((rest as { required?: string[] }).required ?? [])],
    }),
  };
}

function ruleErrors(schema: StructuralSchema, value: unknown, old: unknown, path: string): string[] {
  if (value === undefined) return [];
  const own = (schema['x-kubernetes-validations'] ?? []).flatMap((rule) => {
    const message = broken(rule, value, old);
    return message === undefined ? [] : [`${path} ${message}`];
  });
  if (Array.isArray(value)) {
    const keys = value.map((item) => keyOf(schema, item));
    const twice = keys.filter((key, index) => key !== undefined && keys.indexOf(key) !== index);
    const inner = value.flatMap((item, index) =>
      ruleErrors(schema.items ?? {}, item, oldItem(schema, item, old), `${path}/${index}`),
    );
    return [...own, ...twice.map((key) => `${path} has ${key} twice`), ...inner];
  }
  if (typeof value !== 'object' || value === null) return own;
  const before = (old ?? {}) as Record<string, unknown>;
  return [
    ...own,
    ...Object.entries(value).flatMap(([name, child]) =>
      ruleErrors(schema.properties?.[name] ?? {}, child, before[name], `${path}/${name}`),
    ),
  ];
}

/** What tells the items of a list apart, where its type says so. */
function keyOf(schema: StructuralSchema, item: unknown): string | undefined {
  const keys = schema['x-kubernetes-list-map-keys'];
  return keys && JSON.stringify(keys.map((key) => (item as Record<string, unknown>)[key]));
}

function oldItem(schema: StructuralSchema, item: unknown, old: unknown): unknown {
  const key = keyOf(schema, item);
  if (key === undefined || !Array.isArray(old)) return undefined;
  return old.find((candidate) => keyOf(schema, candidate) === key);
}
