import { pattern, show, ValueError, value } from './value.ts';

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly __digest: unique symbol };

export const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function parseDigest(text: string): Digest {
  if (!DIGEST.test(text)) {
    throw new ValueError(
      `${show(text)} is not a digest`,
      'A digest is sha256: and 64 lower-case hexadecimal digits.',
    );
  }
  return text as Digest;
}

export const digest = value(parseDigest, { pattern: DIGEST });

/** The sum of a file, as `sha256sum` prints it. */
export const sha256 = pattern(
  /^[0-9a-f]{64}$/,
  'a sha256 sum',
  'Write the 64 lower-case hexadecimal digits that `sha256sum <file>` prints.',
);
