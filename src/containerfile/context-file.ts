import { createHash } from 'node:crypto';

/** A file that the build needs beside its Containerfile. */
export interface ContextFile {
  /** Name in the build's context, which is flat: ConfigMap keys have no slash. */
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** The bytes, where they are written in the spec. */
  readonly content?: Uint8Array;
  /** The file below `layers/`, where they are in one. */
  readonly source?: string;
}

export function sha256Of(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The name of a file in the context: its own, for people, and the start of its sum. The sum is last, so that Argo CD,
 * which takes every `.yaml` and `.json` in `dist/` for a manifest, leaves the file alone.
 */
export function contextName(path: string, sha256: string): string {
  const base = path
    .slice(path.lastIndexOf('/') + 1)
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    // The keys of a ConfigMap may not begin with "..", no glob sees what begins with a dot, and COPY takes a dash for an option.
    .replace(/^(?:\.+|-)/, '_')
    .slice(0, 120);
  return `${base}.${sha256.slice(0, 16)}`;
}

/**
 * Whether bytes are text that a reviewer can read and that YAML keeps: UTF-8 without control characters other than tab,
 * line feed and return, and without Unicode's own ends of lines and marks of byte order.
 */
export function isText(content: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/.test(text);
  } catch {
    return false;
  }
}
