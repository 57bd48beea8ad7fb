import { closeSync, fstatSync, constants as modes, openSync, readdirSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';

/** As deep as any must-gather is, and more. */
const DEEPEST = 16;

/** More files than a must-gather of a large cluster has. */
const MOST = 200_000;

/** More than an API server gives out as one list, many times over. */
export const LARGEST = 128 * 1024 * 1024;

/** Where a file is in a must-gather, by the folders above it, wherever these begin. */
const NAMESPACED = /(?:^|\/)namespaces\/([^/]+)\//;

/** The files of a folder, relative to it and in order. Links are not followed: they may lead anywhere. */
export function filesOf(folder: string, isWanted: (path: string) => boolean): string[] {
  const files: string[] = [];
  const walk = (path: string, depth: number): void => {
    if (depth > DEEPEST) return;
    for (const entry of entriesOf(join(folder, path))) {
      const inner = posix.join(path, entry.name);
      if (files.length >= MOST) return;
      if (entry.isDirectory() && isWanted(`${inner}/`)) walk(inner, depth + 1);
      else if (entry.isFile() && isWanted(inner)) files.push(inner);
    }
  };
  walk('', 0);
  return files;
}

/** The namespace that a must-gather keeps a file under. */
export function namespaceOf(path: string): string | undefined {
  return NAMESPACED.exec(path)?.[1];
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // Whoever saved it may be the only one to read all of it: what can be read may be enough.
    return [];
  }
}

/** A file's text, unpacked; an Error where it cannot be read, or is too large. */
export function readText(folder: string, path: string): string | Error {
  const bytes = readBytes(folder, path, 0);
  return bytes instanceof Error ? bytes : bytes.toString(isWide(bytes) ? 'utf16le' : 'utf8');
}

/** The last bytes of a file, unpacked: what went wrong is at the end of a log. */
export function readEnd(folder: string, path: string, most: number): string | Error {
  const bytes = readBytes(folder, path, most);
  if (bytes instanceof Error) return bytes;
  return bytes.subarray(-most).toString(isWide(readHead(folder, path)) ? 'utf16le' : 'utf8');
}

/** The first bytes of a file, enough to tell what it is. */
export function readStart(folder: string, path: string): string {
  const bytes = readHead(folder, path);
  return bytes.toString(isWide(bytes) ? 'utf16le' : 'utf8');
}

/** The beginning and the end of a file, unpacked. */
export function readAround(folder: string, path: string): string {
  const end = readEnd(folder, path, HEAD);
  return `${readStart(folder, path)}\n${end instanceof Error ? '' : end}`;
}

const HEAD = 64 * 1024;

/** UTF-16, as PowerShell's `>` writes it. */
function isWide(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xfe;
}

/** Of a packed file, as much as so many packed bytes have. */
function readHead(folder: string, path: string): Buffer {
  const bytes = open(folder, path, (file) => {
    const head = read(file, 0, HEAD);
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST };
    return path.endsWith('.gz') ? gunzipSync(head, options) : head;
  });
  return bytes instanceof Error ? Buffer.alloc(0) : bytes;
}

/** All of a file where `most` is 0, else its end. */
function readBytes(folder: string, path: string, most: number): Buffer | Error {
  return open(folder, path, (file, size) => {
    if (path.endsWith('.gz')) {
      if (size > LARGEST) throw new Error(`it has ${size} bytes`);
      return gunzipSync(read(file, 0, size), { maxOutputLength: LARGEST });
    }
    if (most > 0) return read(file, Math.max(0, size - most), Math.min(most, size));
    if (size > LARGEST) throw new Error(`it has ${size} bytes, and at most ${LARGEST} are read`);
    return read(file, 0, size);
  });
}

function open(folder: string, path: string, use: (file: number, size: number) => Buffer): Buffer | Error {
  let file: number | undefined;
  try {
    // A link that came since is not followed either.
    file = openSync(join(folder, path), modes.O_RDONLY | modes.O_NOFOLLOW | modes.O_NONBLOCK);
    return use(file, fstatSync(file).size);
  } catch (error) {
    return error as Error;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function read(file: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, from));
}
