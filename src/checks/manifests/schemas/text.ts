import * as z from 'zod';
import { show } from '../../../values/value.ts';

/** A refusal of the API server. */
export type Rule = (
  text: string,
) => { readonly message: string; readonly hint?: string; readonly code?: string } | undefined;

/** Text as the API server takes it: rules count characters, and not units of UTF-16. */
export function text(...rules: readonly Rule[]) {
  return z.string().superRefine((value, context) => {
    for (const rule of rules) {
      const refusal = rule(value);
      if (refusal === undefined) continue;
      const { message, ...params } = refusal;
      context.addIssue({ code: 'custom', message, params });
      return;
    }
  });
}

export const length =
  (most: number, least = 0): Rule =>
  (value) => {
    const count = [...value].length;
    if (count < least) return { message: `this text has ${count} characters, and needs ${least}` };
    if (count > most) return { message: `this text has ${count} characters, and at most ${most} are taken` };
    return undefined;
  };

export const matches =
  (pattern: RegExp, what: string, hint?: string): Rule =>
  (value) =>
    pattern.test(value)
      ? undefined
      : { message: `${show(value)} is not ${what}`, ...(hint !== undefined && { hint }) };

export const subdomain = matches(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  'a name of Kubernetes',
  'Use lower-case letters, digits, dashes and dots; a letter or digit first and last.',
);

/** The name of another object. */
export const named = (least = 0) => z.strictObject({ name: text(length(253, least), subdomain) });

/** A list whose items differ in these keys. */
export function keyed<Item extends z.ZodType>(item: Item, keys: readonly string[], most = Infinity) {
  return z.array(item).superRefine((items, context) => {
    if (items.length > most) {
      context.addIssue({
        code: 'custom',
        message: `this list has ${items.length} items, and at most ${most}`,
      });
    }
    const seen = new Set<string>();
    for (const [index, value] of items.entries()) {
      const key = keys.map((name) => (value as Record<string, unknown>)[name]).join(', ');
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `${key} is in this list twice`,
          params: { hint: `Its items differ in ${keys.join(' and ')}.` },
        });
      }
      seen.add(key);
    }
  });
}

/** What every object has. Its metadata is Kubernetes' own. */
export const object = {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({}),
} as const;
