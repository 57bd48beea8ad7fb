import { resolve } from 'node:path';

/** What every verb takes. */
export interface GlobalOptions {
  readonly directory?: string | undefined;
  readonly output?: string | undefined;
}

/** The repository a verb works on. */
export function rootOf({ directory }: GlobalOptions): string {
  return resolve(directory ?? '.');
}

export function isJson({ output }: GlobalOptions): boolean {
  return output === 'json';
}
