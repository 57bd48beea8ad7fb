import type * as z from 'zod';

/** What a value's schema makes of a text, or the message and hint it refuses it with. */
export function parse<T>(
  schema: z.ZodType<T>,
  text: unknown,
): { value?: T; message?: string; hint?: string | undefined } {
  const result = schema.safeParse(text);
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  return { message: issue!.message, hint: issue!.code === 'custom' ? issue!.params?.hint : undefined };
}
