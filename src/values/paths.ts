import { pattern, show, ValueError, value } from './value.ts';

/** A path in the image. */
export type AbsolutePath = string & { readonly __absolutePath: unique symbol };

/** Controls, line separators, and the marks that let a reviewer read another path than the one that is meant. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** What the parsers below ask for: segments that are neither empty nor one or two dots. */
const SEGMENT = `(?!\\.{1,2}(?:/|$))[^/${CONTROL.source.slice(1, -1)}]+`;
const ABSOLUTE = new RegExp(`^(?:/${SEGMENT})+$`, 'u');
export const SOURCE = new RegExp(
  `^files(?:/(?!\\.{1,2}(?:/|$))[^/\\\\${CONTROL.source.slice(1, -1)}]+)+$`,
  'u',
);

function assertPlain(text: string): void {
  if (CONTROL.test(text)) throw new ValueError(`${show(text)} has control characters, which no path should`);
  if (text.split('/').includes('..'))
    throw new ValueError(
      `${show(text)} has "..", which could lead anywhere`,
      'Write the path that is meant.',
    );
}

export function parseAbsolutePath(text: string): AbsolutePath {
  assertPlain(text);
  if (!text.startsWith('/')) throw new ValueError(`${show(text)} is not an absolute path`, `Write /${text}.`);
  if (text.endsWith('/') || text.includes('//') || text.split('/').includes('.')) {
    throw new ValueError(
      `${show(text)} is not the path of a file`,
      'Write it without "//", "/./" and a final slash.',
    );
  }
  return text as AbsolutePath;
}

export const absolutePath = value(parseAbsolutePath, { pattern: ABSOLUTE });

/** Where a path leads on RHEL, whose /bin, /sbin, /lib and /lib64 are links into /usr. */
export function usrMerged(path: string): string {
  return path.replace(/^\/(?:bin|sbin|lib|lib64)(?=\/)/, '/usr$&');
}

/** A file below `layers/`, such as `files/agent.conf`. */
export function parseSourcePath(text: string): string {
  assertPlain(text);
  if (!text.startsWith('files/') || /\/$|\/\/|\/\.\/|\/\.$|\\/.test(text)) {
    throw new ValueError(
      `${show(text)} is not a file below layers/files/`,
      'Put the file there and write files/<name>.',
    );
  }
  return text;
}

export const sourcePath = value(parseSourcePath, { pattern: SOURCE });

const MODE = /^[0-7]{3,4}$/;

/** Permissions in octal, `0644`. A string: YAML reads a bare 0644 as a number, 420 or 644 by its version. */
export const fileMode = value(
  (text) => {
    if (MODE.test(text)) return text.padStart(4, '0');
    throw new ValueError(
      `${show(text)} is not a file mode`,
      'Write three or four octal digits in quotes: "0644".',
    );
  },
  { pattern: MODE },
);

/** `user` or `user:group`, by name or number. */
export const fileOwner = pattern(
  /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
  'an owner',
  'Write user or user:group, by name or number.',
);
