import * as z from 'zod';

/** An object with exactly one of these keys, which says what kind of thing it is: `{ hotfix: … }`. */
export function variant<Shape extends Record<string, z.ZodType>>(what: string, shape: Shape) {
  const optional = Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()]));
  const keys = Object.keys(shape);
  return z
    .strictObject(optional as { [Key in keyof Shape]: z.ZodOptional<Shape[Key]> })
    .superRefine((props, context) => {
      const given = keys.filter((key) => props[key as keyof typeof props] !== undefined);
      if (given.length === 1) return;
      context.addIssue({
        code: 'custom',
        message:
          given.length === 0 ? `${what} is missing` : `one ${what} has several kinds: ${given.join(', ')}`,
        params: {
          isMissing: given.length === 0,
          hint:
            given.length === 0 ? `Write one of ${keys.join(', ')}.` : `Begin each with a dash of its own.`,
        },
      });
    })
    .meta({ minProperties: 1, maxProperties: 1 });
}

/** The one key that a variant has, and its value. */
export function kindOf<T extends object>(
  props: T,
): { [Key in keyof T]-?: readonly [Key, NonNullable<T[Key]>] }[keyof T] {
  return Object.entries(props).find(([, value]) => value !== undefined) as never;
}
