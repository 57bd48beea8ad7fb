import * as z from 'zod';

/** Thrown by a value's parser: what is wrong, and what to write instead. */
export class ValueError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What the JSON Schema says of a text, for editors: never more than its parser asks for. */
export interface Shape {
  /** Without flags but `u`, which every pattern of a JSON Schema has. */
  readonly pattern?: RegExp;
  readonly maxLength?: number;
}

/** A schema of a string that `parse` turns into a trusted value; its ValueError becomes a located issue. */
export function value<T>(
  parse: (text: string) => T,
  { pattern, ...shape }: Shape = {},
): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> {
  const text = z.string().meta({ ...(pattern && { pattern: pattern.source }), ...shape });
  return text.transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      context.addIssue({ code: 'custom', message: error.message, params: { hint: error.hint } });
      return z.NEVER;
    }
  });
}

/** As `value`, for a string that stays a string once it has been checked against a pattern. */
export function pattern(regex: RegExp, what: string, hint?: string) {
  return value(
    (text) => {
      if (!regex.test(text)) throw new ValueError(`${show(text)} is not ${what}`, hint);
      return text;
    },
    { pattern: regex },
  );
}

/** For the JSON Schema of an object that has exactly one of these keys, or sets of keys, which its own check asserts. */
export function oneOfKeys(...keys: readonly (string | readonly string[])[]) {
  return { oneOf: keys.map((key) => ({ required: [key].flat() })) };
}

/** A user's text in a message: on one line, and not longer than a line. */
export function show(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length > 100 ? `${quoted.slice(0, 97)}…"` : quoted;
}
